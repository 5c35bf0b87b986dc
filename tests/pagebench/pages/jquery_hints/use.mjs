export async function use(number, settle) {
  document.querySelector('#show').click();
  await settle();
}
