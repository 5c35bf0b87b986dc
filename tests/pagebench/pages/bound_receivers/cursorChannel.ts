/** Tells the other tabs where the pointer is on a plan. */
export const channel = new BroadcastChannel('cursors');

export interface CursorMessage {
  plan: string;
  person: string;
  x: number;
  y: number;
}
