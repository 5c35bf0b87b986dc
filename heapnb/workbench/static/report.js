// The browser in a report: its data stand in the page, and its place in the page's address.

import { mountBrowser } from "./browser.js";
import { EmbeddedSource } from "./embedded.js";
import { hashOf, placeOf } from "./places.js";
import { MemoryStore } from "./state.js";

const section = document.getElementById("browse");
const data = JSON.parse(document.getElementById("heapnb-heap").textContent);
const source = new EmbeddedSource(data);
const { views } = source.description;
const store = new MemoryStore(data.start);

// Without scripts, neither the section nor what leads to it is of use.
section.hidden = false;
for (const link of document.querySelectorAll("[href='#browse']")) link.hidden = false;
for (const text of document.querySelectorAll("[data-node-link]")) {
  const link = document.createElement("a");
  link.href = `#node-${text.dataset.nodeLink}`;
  link.textContent = text.textContent;
  link.title = "Show this object in the heap browser below.";
  text.replaceChildren(link);
}

const browser = mountBrowser(document.getElementById("browser"), source, store);

// The address follows the reader, who follows the address: each change is made by one of them.
let followed = 0;

async function follow() {
  const place = placeOf(location.hash, views);
  if (place === null) return;
  section.open = true;
  section.scrollIntoView();
  followed += 1;
  if (place.view !== null) store.set("view", place.view);
  if (place.nodeId !== null) await browser.goto(place.nodeId);
  else if (place.key !== null) store.set("selected", { view: place.view, key: place.key, node_id: null });
  followed -= 1;
}

function record() {
  const hash = hashOf(store.get("view"), store.get("selected"));
  if (followed === 0 && hash !== location.hash) history.replaceState(history.state, "", hash);
}

store.subscribe("view", record);
store.subscribe("selected", record);
window.addEventListener("hashchange", follow);
follow();
