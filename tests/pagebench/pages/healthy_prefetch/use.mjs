export async function use(number, settle) {
  const links = document.querySelectorAll('a');
  links[(number * 29) % links.length].dispatchEvent(new MouseEvent('mouseenter'));
  await settle();
  links[(number * 29) % links.length].click();
  await settle();
}
