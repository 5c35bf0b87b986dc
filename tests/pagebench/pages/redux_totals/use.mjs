export async function use(number, settle) {
  document.querySelector('#open').click();
  await settle();
  document.querySelector('section button').click();
  document.querySelector('#close').click();
  await settle();
}
