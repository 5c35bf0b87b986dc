// A development server that looks at the graph of modules again after each change of a file.

import { rollup } from 'rollup';

function source(number) {
  return `export const labels = ['change ${number}'].map((entry) => entry.trim());`;
}

const virtual = (number) => ({
  name: 'virtual',
  resolveId: (id) => id,
  load: () => source(number),
});

export async function work(number) {
  const bundle = await rollup({ input: 'main', plugins: [virtual(number)], onwarn() {} });
  return bundle.watchFiles.length;
}
