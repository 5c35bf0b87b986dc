import { lineNumber } from './lines.js';
import { VirtualList } from './virtualList.js';

new VirtualList(document.querySelector('#list'), 50_000, lineNumber);
