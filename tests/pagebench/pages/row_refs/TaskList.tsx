import { useState } from 'react';

import { useRowRefs } from './useRowRefs';

let last = 0;

export function TaskList() {
  const [tasks, setTasks] = useState<number[]>([]);
  const { rowRef, scrollTo } = useRowRefs();
  return (
    <>
      <button id="open" onClick={() => setTasks((all) => [...all, ++last])}>
        Add
      </button>
      <button id="close" onClick={() => setTasks((all) => all.slice(1))}>
        Done
      </button>
      <ul>
        {tasks.map((id) => (
          <li key={id} ref={rowRef(id)} onClick={() => scrollTo(id)}>
            Task {id}
          </li>
        ))}
      </ul>
    </>
  );
}
