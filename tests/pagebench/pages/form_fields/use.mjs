export async function use(number, settle) {
  document.querySelector('#add').click();
  await settle();
  document.querySelector('#check').click();
  document.querySelector('.remove').click();
  await settle();
}
