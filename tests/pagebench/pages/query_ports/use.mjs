export async function use(number, settle) {
  document.querySelector('#next').click();
  while (!document.querySelector('main td')) await settle(5);
}
