// Effects on a shared reactive object that are not stopped when their page is done.

import { effect, reactive } from '@vue/reactivity';

const theme = reactive({ colour: 'blue' });

class Banner {
  constructor(number) {
    this.number = number;
    this.html = '';
    effect(() => {
      this.html = `<b style="color: ${theme.colour}">${this.number}</b>`;
    });
  }
}

export async function work(number) {
  const banner = new Banner(number);
  if (number % 40 === 0) theme.colour = number % 80 ? 'red' : 'blue';
  return banner.html.length;
}
