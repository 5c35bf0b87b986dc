/** Clicks the element when the key is pressed. */
export function shortcut(element, { key }) {
  document.addEventListener('keyup', (event) => {
    if (event.key === key) element.click();
  });
}
