export async function use(number, settle) {
  document.querySelector('#products').click();
  await settle();
  document.querySelector('#help').click();
  await settle();
}
