import { changes$, progress$ } from './deliveries';

const output = document.querySelector('output')!;
let last = 0;

progress$.subscribe(({ order, steps }) => {
  output.textContent = `${order}: ${steps.join(', ')}`;
});

document.querySelector('#open')!.addEventListener('click', () => {
  const order = `A-${++last}`;
  changes$.next({ order, state: 'packed' });
  changes$.next({ order, state: 'sent' });
});
document.querySelector('#close')!.addEventListener('click', () => {
  changes$.next({ order: `A-${last}`, state: 'delivered' });
});
