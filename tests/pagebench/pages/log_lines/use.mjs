export async function use(number, settle) {
  document.querySelector('#run').click();
  await settle();
}
