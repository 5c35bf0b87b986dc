import { Router } from './router.js';
import { BookView, HomeView } from './views.js';

const router = new Router(document.querySelector('main'), [
  [/^\/$/, () => new HomeView((path) => router.go(path))],
  [/^\/books\/(\d+)$/, (number) => new BookView(Number(number))],
]);
router.start();
