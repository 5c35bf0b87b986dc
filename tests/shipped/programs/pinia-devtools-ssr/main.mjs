// Server-side rendering without NODE_ENV: an application and a store for each request.

import { createPinia, defineStore } from 'pinia';
import { createSSRApp, h } from 'vue';
import { renderToString } from 'vue/server-renderer';

const useBasket = defineStore('basket', {
  state: () => ({ items: [] }),
  actions: {
    add(item) {
      this.items.push(item);
    },
  },
});

const Page = {
  props: ['number'],
  setup({ number }) {
    const basket = useBasket();
    basket.add({ name: `item ${number}`, amount: number });
    return () => h('ul', basket.items.map((item) => h('li', item.name)));
  },
};

export async function work(number) {
  const app = createSSRApp(Page, { number });
  app.use(createPinia());
  return (await renderToString(app)).length;
}
