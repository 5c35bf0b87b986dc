'use strict';

const router = new Router(document.querySelector('main'));
router.add('/', HomeView);
router.add('/sales', SalesView);
router.show('/');

document.querySelector('nav').addEventListener('click', (event) => {
  event.preventDefault();
  router.show(event.target.hash.slice(1));
});
