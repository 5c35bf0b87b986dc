export async function use(number, settle) {
  for (let stroke = 0; stroke < 3; stroke++) document.querySelector('#draw').click();
  await settle();
  if (number % 4 === 0) document.querySelector('#undo').click();
  await settle();
}
