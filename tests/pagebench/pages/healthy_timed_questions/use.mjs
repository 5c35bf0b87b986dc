export async function use(number, settle) {
  document.querySelector('#open').click();
  while (!document.querySelector('p.answered')) await settle();
  document.querySelector('#close').click();
  await settle();
}
