import { createApp } from 'vue';

import App from './App.vue';
import { vOutside } from './vOutside';

createApp(App).directive('outside', vOutside).mount('#root');
