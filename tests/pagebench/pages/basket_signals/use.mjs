export async function use(number, settle) {
  document.querySelector('#open').click();
  // The badge runs its effect after the next frame.
  await settle(40);
  document.querySelector('#close').click();
  await settle();
}
