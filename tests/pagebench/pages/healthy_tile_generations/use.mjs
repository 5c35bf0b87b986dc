export async function use(number, settle) {
  document.querySelector('#pan').click();
  await settle();
}
