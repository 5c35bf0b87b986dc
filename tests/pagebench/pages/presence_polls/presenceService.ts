export interface Member {
  name: string;
  isTyping: boolean;
}

const NAMES = ['Ada', 'Ben', 'Cem', 'Dana', 'Eli'];
const LATENCY = 60;

/** Stands for a request to the server. */
export async function fetchMembers(room: string): Promise<Member[]> {
  await new Promise((resolve) => setTimeout(resolve, LATENCY));
  return NAMES.slice(0, 1 + (room.length % NAMES.length)).map((name) => ({ name, isTyping: name === 'Cem' }));
}
