import { useActivity } from './activity';

export function Toolbar() {
  const { record, latest } = useActivity();
  return (
    <nav>
      {['pen', 'eraser', 'ruler'].map((tool) => (
        <button key={tool} data-tool={tool} onClick={() => record(`${tool} chosen`)}>
          {tool}
        </button>
      ))}
      <output>{latest}</output>
    </nav>
  );
}
