export async function use(number, settle) {
  document.querySelector('#open').click();
  await settle();
  // An effect of Preact starts after the next frame.
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 1)));
  document.querySelector('#close').click();
  await settle(25);
}
