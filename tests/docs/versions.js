// A list of the versions of the documentation on each page, and a line on those that are not the newest.
// `python -m tests.docs.versions` puts VERSIONS before this, newest first, and a script element into each page.

const script = document.currentScript;
const { folder, page } = script.dataset;
const root = script.getAttribute('src').slice(0, -'versions.js'.length);
const newest = VERSIONS.find((one) => one.isReleased) ?? VERSIONS[0];

/** The same page of another version, or its first page. */
function pageOf(version) {
  return `${root}${version.folder}/${version.pages.includes(page) ? page : 'index.html'}`;
}

function chooser() {
  const label = document.createElement('label');
  label.className = 'heapnb-versions';
  const select = document.createElement('select');
  for (const version of VERSIONS) {
    select.append(new Option(version.title, version.folder, false, version.folder === folder));
  }
  // Not on each key: the arrows go through the list first.
  let isByKey = false;
  const open = () => {
    location.href = pageOf(VERSIONS.find((one) => one.folder === select.value));
  };
  select.addEventListener('keydown', (event) => {
    isByKey = event.key !== 'Enter';
    if (event.key === 'Enter' && select.value !== folder) open();
  });
  select.addEventListener('mousedown', () => (isByKey = false));
  select.addEventListener('change', () => isByKey || open());
  label.append('Version ', select);
  return label;
}

function banner() {
  const version = VERSIONS.find((one) => one.folder === folder);
  if (version === undefined || version === newest) return null;
  const line = document.createElement('p');
  line.className = 'heapnb-version-note';
  const what = version.isReleased ? `heapnb ${version.title}, which is not the newest` : 'a version that is not released';
  const link = document.createElement('a');
  link.href = pageOf(newest);
  link.textContent = `Read this page for ${newest.title}`;
  line.append(`This page describes ${what}. `, link, '.');
  return line;
}

document.addEventListener('DOMContentLoaded', () => {
  const style = document.createElement('style');
  style.textContent = `
    .heapnb-versions { display: flex; gap: 0.5em; align-items: center; margin: 0.5rem 1rem; font-size: 0.875rem; }
    .heapnb-versions select { flex: 1; min-width: 0; padding: 0.25em; font: inherit; color: inherit;
      background: var(--color-background-primary, Canvas); border: 1px solid var(--color-background-border, GrayText); }
    .heapnb-version-note { margin: 0 0 1rem; padding: 0.5rem 0.75rem; border-left: 4px solid #c77700;
      background: color-mix(in srgb, #c77700 12%, transparent); }`;
  document.head.append(style);
  const side = document.querySelector('.sidebar-search-container');
  if (side) side.after(chooser());
  else document.body.prepend(chooser());
  const note = banner();
  if (note) (document.querySelector('article') ?? document.body).prepend(note);
});
