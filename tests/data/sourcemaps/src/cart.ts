import { remember } from 'tiny-cache';

interface Line {
  sku: string;
  pieces: number;
}

export class CartLine implements Line {
  constructor(
    readonly sku: string,
    readonly pieces: number,
  ) {}

  describe(): string {
    return `${this.pieces} of ${this.sku}`;
  }
}

export function addLine(number: number): () => string {
  const line = new CartLine(`sku-${number}`, number % 7);
  // The leak: what is remembered is never forgotten.
  const describe = (): string => {
    const text = line.describe();
    return text.toUpperCase();
  };
  remember(number, describe);
  return describe;
}
