export async function use(number) {
  if (number === 0) await window.start();
}
