// Much code, run often: it is compiled, optimised, and has more and more feedback. Nothing stays.

const operators = Array.from({ length: 60 }, (_, k) =>
  Function('a', 'b', `
    let sum = ${k};
    for (let i = 0; i < a.length; i++) {
      const item = a[i];
      if (typeof item === 'string') sum += item.length;
      else if (Array.isArray(item)) sum += item.length * b;
      else if (item && item.value${k % 7} !== undefined) sum += item.value${k % 7};
      else sum ^= i;
    }
    return sum;
  `),
);

function sample(number, k) {
  if ((number + k) % 4 === 0) return 'text';
  if ((number + k) % 4 === 1) return [number, k];
  return { [`value${k % 7}`]: number };
}

export async function work(number) {
  let total = 0;
  const active = operators.slice(0, Math.min(60, 10 + Math.floor(number / 4)));
  for (const operator of active) {
    const items = Array.from({ length: 30 }, (_, k) => sample(number, k));
    for (let round = 0; round < 20; round++) total += operator(items, round);
  }
  return total;
}
