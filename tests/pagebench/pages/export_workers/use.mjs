export async function use(number, settle) {
  document.querySelector('output').textContent = '';
  document.querySelector('#export').click();
  while (document.querySelector('output').textContent === '') await settle(20);
}
