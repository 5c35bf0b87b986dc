export async function use(number, settle) {
  document.querySelector('#next').click();
  await settle();
}
