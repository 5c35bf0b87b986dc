import { useState } from 'react';

/** The element into which a portal renders: above everything else, whatever the `overflow` of the page. */
export function usePortalHost(layer: string): HTMLElement {
  const [host] = useState(() => createHost(layer));
  return host;
}

function createHost(layer: string): HTMLElement {
  const element = document.createElement('div');
  element.className = `layer ${layer}`;
  document.body.append(element);
  return element;
}
