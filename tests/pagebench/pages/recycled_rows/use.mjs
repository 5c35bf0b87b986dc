export async function use(number, settle) {
  document.querySelector('#wider').click();
  await settle();
}
