export async function use(number, settle) {
  document.querySelector('#open').click();
  await settle();
}
