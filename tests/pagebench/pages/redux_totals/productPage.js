import { store } from './basketStore.js';

export function productPage(product) {
  const page = document.createElement('section');
  page.innerHTML = `<h2></h2><button>Add to basket</button><basket-total></basket-total>`;
  page.querySelector('h2').textContent = product.name;
  page.querySelector('button').addEventListener('click', () => {
    store.dispatch({ type: 'added', line: { name: product.name, price: product.price, amount: 1 } });
  });
  return page;
}
