// One object of each kind in the catalogue, held by `window.kept` under the id of its entry.

import { charts } from './charts';
import { components } from './components';
import { maps } from './maps';
import { queries } from './queries';
import { stores } from './stores';
import { views } from './views';

window.kept = {};
window.start = async () => {
  for (const create of [components, stores, queries, charts, maps, views]) Object.assign(window.kept, await create());
};
