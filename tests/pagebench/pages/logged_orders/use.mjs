/** The DevTools are open. */
export const options = { hasConsole: true };

export async function use(number, settle) {
  document.querySelector('#order').click();
  await settle();
}
