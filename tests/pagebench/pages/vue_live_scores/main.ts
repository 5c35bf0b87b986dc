import { createApp } from 'vue';

import App from './App.vue';
import { startFeed } from './scores';

startFeed();
createApp(App).mount('#root');
