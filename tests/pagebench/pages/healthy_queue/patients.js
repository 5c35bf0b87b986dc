let last = 0;

/** Some come in, as many are called; in the mornings there are more. */
export function patientsAfter(step, waiting) {
  const nArriving = step % 10 < 5 ? 4 : 2;
  const nCalled = step % 10 < 5 ? 2 : 4;
  const arriving = Array.from({ length: nArriving }, () => ({ number: ++last, name: `Patient ${last}` }));
  return [...waiting, ...arriving].slice(nCalled);
}
