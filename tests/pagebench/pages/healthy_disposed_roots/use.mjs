export async function use(number, settle) {
  document.querySelector('#open').click();
  await settle();
  document.querySelector('#close').click();
  await settle();
}
