import { useEffect, useState } from 'react';

import { settings } from './settings';

export function Profile({ person }) {
  const [language, setLanguage] = useState(settings.getState().language);
  const facts = [`person ${person}`, `speaks ${language}`];

  useEffect(() => {
    settings.subscribe((state) => {
      if (facts.length > 0) setLanguage(state.language);
    });
  }, []);

  return (
    <dl>
      {facts.map((fact) => (
        <dd key={fact}>{fact}</dd>
      ))}
    </dl>
  );
}
