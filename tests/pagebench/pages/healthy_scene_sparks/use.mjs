export async function use(number, settle) {
  document.querySelector('#fire').click();
  await settle();
}
