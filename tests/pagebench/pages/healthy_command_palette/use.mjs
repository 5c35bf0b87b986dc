export async function use(number, settle) {
  while (!document.querySelector('#open')) await settle();
  document.querySelector('#open').click();
  await settle();
  document.querySelector('#close').click();
  await settle();
}
