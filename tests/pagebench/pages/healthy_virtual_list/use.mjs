export async function use(number, settle) {
  document.querySelector('#list').scrollTop = (number * 2377) % 900_000;
  await settle(20);
}
