export async function use(number, settle) {
  document.querySelector('#refresh').click();
  await settle();
}
