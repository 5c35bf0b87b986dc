export async function use(number, settle) {
  const buttons = document.querySelectorAll('[data-tool]');
  buttons[number % buttons.length].click();
  await settle();
}
