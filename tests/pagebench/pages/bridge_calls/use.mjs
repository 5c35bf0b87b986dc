export async function use(number, settle) {
  document.querySelector('#open').click();
  await settle(15);
  document.querySelector('#close').click();
  await settle();
}
