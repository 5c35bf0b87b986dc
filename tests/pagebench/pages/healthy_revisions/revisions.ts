export class Revision {
  constructor(
    readonly strokes: readonly string[],
    readonly label: string,
  ) {}
}

export type Revisions = { past: readonly Revision[]; present: Revision; future: readonly Revision[] };

const DEEPEST = 100;

export const start: Revisions = { past: [], present: new Revision([], 'empty'), future: [] };

export type Action = { type: 'draw'; stroke: string } | { type: 'undo' };

export function reduce({ past, present, future }: Revisions, action: Action): Revisions {
  if (action.type === 'draw') {
    const strokes = [...present.strokes, action.stroke].slice(-20);
    const next = new Revision(strokes, `after ${action.stroke}`);
    return { past: [...past, present].slice(-DEEPEST), present: next, future: [] };
  }
  const previous = past.at(-1);
  if (!previous) return { past, present, future };
  return { past: past.slice(0, -1), present: previous, future: [present, ...future] };
}
