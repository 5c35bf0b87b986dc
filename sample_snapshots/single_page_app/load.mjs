// One unit: somebody looks at the sales and goes back.

export async function work(unit, { page }) {
  await page.evaluate("document.querySelector('#sales').click()");
  await page.evaluate("document.querySelector('#home').click()");
}
