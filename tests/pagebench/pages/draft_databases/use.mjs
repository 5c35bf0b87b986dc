export async function use(number, settle) {
  const output = document.querySelector('output');
  output.textContent = '';
  document.querySelector('textarea').value = `Dear reader, this is letter ${number}.`;
  document.querySelector('#save').click();
  while (output.textContent === '') await settle(5);
}
