export async function use(number, settle) {
  const buttons = document.querySelectorAll('[data-region]');
  buttons[number % buttons.length].click();
  await settle();
  document.querySelector('#overview').click();
  await settle();
}
