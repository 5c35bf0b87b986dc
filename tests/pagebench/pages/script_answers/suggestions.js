import { askScript } from './scriptAnswers.js';

export async function suggestions(number) {
  const streets = await askScript('/streets.js');
  return streets.map((street) => `${number} ${street}`);
}
