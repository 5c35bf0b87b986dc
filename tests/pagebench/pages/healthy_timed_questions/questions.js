const LONGEST = 12;
const open = new Map();
let last = 0;

/** Asks the frame with the dictionary, which does not know every word. */
export function ask(word) {
  const id = ++last;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      open.delete(id);
      reject(new Error(`Nobody knows ${word}`));
    }, LONGEST);
    open.set(id, { resolve, timer });
    if (id % 2) window.postMessage({ id, answer: word.toUpperCase() }, location.origin);
  });
}

window.addEventListener('message', ({ data }) => {
  const question = open.get(data.id);
  if (!question) return;
  open.delete(data.id);
  clearTimeout(question.timer);
  question.resolve(data.answer);
});
