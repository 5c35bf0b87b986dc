class Price { constructor(i) { this.text = `price ${i}`; } }
function memoize(compute) {
  const known = new Map();
  return (argument) => {
    if (!known.has(argument)) known.set(argument, compute(argument));
    return known.get(argument);
  };
}
const price = memoize((i) => new Price(i));
function unit(i) { price(i); }
