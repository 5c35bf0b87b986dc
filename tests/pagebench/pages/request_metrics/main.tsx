import { render } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

import { measured } from './metrics';

let last = 0;

function Results({ term }: { term: string }) {
  const [found, setFound] = useState(0);
  useLayoutEffect(() => {
    void measured(term, async () => term.length % 5).then(setFound);
  }, [term]);
  return <p>{found} results</p>;
}

function Search() {
  const [term, setTerm] = useState('');
  return (
    <>
      <button id="open" onClick={() => setTerm(`chair ${++last}`)}>
        Search
      </button>
      <button id="close" onClick={() => setTerm('')}>
        Clear
      </button>
      {term && <Results key={term} term={term} />}
    </>
  );
}

render(<Search />, document.getElementById('root')!);
