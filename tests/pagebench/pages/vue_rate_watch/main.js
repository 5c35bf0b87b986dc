import { createApp } from 'vue';

import App from './App.vue';
import { startRates } from './rates';

startRates();
createApp(App).mount('#root');
