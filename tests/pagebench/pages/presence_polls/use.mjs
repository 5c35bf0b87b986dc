export async function use(number, settle) {
  document.querySelector('#open').click();
  // An effect of Preact starts after the next frame, or after 35 ms; the answer comes 60 ms later.
  await settle(45);
  document.querySelector('#close').click();
  await settle(70);
}
