import { addLine } from './cart';

export function unit(number: number): void {
  for (let i = 0; i < 20; i++) addLine(20 * number + i)();
}
