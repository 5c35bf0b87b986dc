export async function use(number, settle) {
  document.querySelector('#drop').click();
  document.querySelector('#drop').click();
  await settle();
  document.querySelector('#send').click();
  await settle();
}
