export async function use(number, settle) {
  document.querySelector('#open').click();
  await settle(40);
  document.querySelector('#close').click();
  await settle(40);
}
