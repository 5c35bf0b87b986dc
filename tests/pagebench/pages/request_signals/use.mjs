export async function use(number, settle) {
  document.querySelector('ul').replaceChildren();
  document.querySelector('#load').click();
  while (!document.querySelector('li')) await settle(5);
}
