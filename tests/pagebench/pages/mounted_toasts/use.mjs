export async function use(number, settle) {
  document.querySelector('#open').click();
  await settle();
  document.querySelector('#toasts button').click();
  await settle();
}
