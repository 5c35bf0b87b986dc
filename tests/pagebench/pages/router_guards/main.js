import { Router } from './router.js';
import { helpView, productsView } from './views.js';

const router = new Router(document.querySelector('#view'));
router.route('/products', productsView);
router.route('/help', helpView);
document.querySelector('nav').addEventListener('click', (event) => {
  event.preventDefault();
  router.go(new URL(event.target.href).pathname);
});
