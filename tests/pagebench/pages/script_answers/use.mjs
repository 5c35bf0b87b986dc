export async function use(number, settle) {
  document.querySelector('#open').click();
  while (!document.querySelector('ul li')) await settle();
  document.querySelector('#close').click();
  await settle();
}
