export async function use(number, settle) {
  document.querySelector('#show').click();
  await settle();
  document.querySelector('#sample').click();
  await settle();
  document.querySelector('#hide').click();
  await settle();
}
