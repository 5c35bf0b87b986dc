export async function use(number, settle) {
  while (!document.querySelector('#open')) await settle();
  document.querySelector('#open').click();
  await settle(40);
  document.querySelector('#close').click();
  await settle(40);
}
