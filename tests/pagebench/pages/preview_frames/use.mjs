export async function use(number, settle) {
  document.querySelector('#open').click();
  while (!document.querySelector('iframe[data-height]')) await settle(5);
  document.querySelector('#close').click();
  await settle();
}
