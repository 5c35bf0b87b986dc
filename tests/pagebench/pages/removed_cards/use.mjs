export async function use(number, settle) {
  document.querySelector('#receive').click();
  await settle();
  document.querySelector('#archive').click();
  await settle();
}
