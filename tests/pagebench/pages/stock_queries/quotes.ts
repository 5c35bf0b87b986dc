export class Quote {
  constructor(
    readonly symbol: string,
    readonly asOf: number,
    readonly price: number,
  ) {}
}

/** Stands for a request to the server. */
export async function fetchQuote(symbol: string, asOf: number): Promise<Quote> {
  return new Quote(symbol, asOf, 100 + (asOf % 13));
}
