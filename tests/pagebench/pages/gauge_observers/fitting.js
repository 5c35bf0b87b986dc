/** Keeps the length of a bar in proportion to the width of the page. */
export function keepFitting(bar, share) {
  const observer = new ResizeObserver(([entry]) => {
    bar.style.width = `${entry.contentRect.width * share}px`;
  });
  observer.observe(document.documentElement);
}
