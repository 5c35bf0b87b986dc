/** Is there when the reader signs out, or is signed out. */
export const ended = new Promise((resolve) => {
  document.addEventListener('session-end', resolve, { once: true });
});
