export async function use(number, settle) {
  document.querySelector('#load').click();
  await settle(20);
}
