export class Invoice {
  paid = false;

  constructor(
    readonly number: string,
    readonly customer: string,
    readonly cents: number,
  ) {}

  get total(): string {
    return (this.cents / 100).toFixed(2);
  }
}

export const invoices = Array.from(
  { length: 180 },
  (_, place) => new Invoice(`R-${1000 + place}`, `Customer ${place % 23}`, 990 + place * 37),
);
