export async function use(number, settle) {
  document.querySelector(`[data-book="${1 + (number % 5)}"]`).click();
  await settle();
  history.back();
  while (document.querySelector('[data-book]') === null) await settle();
}
