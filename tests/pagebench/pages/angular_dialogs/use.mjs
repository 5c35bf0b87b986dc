export async function use(number, settle) {
  while (!document.querySelector('#open')) await settle();
  document.querySelector('#open').click();
  await settle();
  document.querySelector('confirm-dialog button').click();
  await settle();
}
