export async function use(number, settle) {
  document.querySelector('#hover').click();
  await settle();
  document.body.click();
  await settle();
}
