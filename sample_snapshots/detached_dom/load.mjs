// One unit: somebody turns to the next page of the table.

export async function work(unit, { page }) {
  await page.evaluate("document.querySelector('#next').click()");
}
