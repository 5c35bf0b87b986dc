export async function use(number, settle) {
  document.querySelector('#fill').click();
  await settle();
}
