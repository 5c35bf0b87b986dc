export async function use(number, settle) {
  document.querySelector('#upload').click();
  while (document.querySelector('#jobs figure')) await settle(3);
}
