// One unit: one invoice, issued at a moment of its own.

const COUNTRIES = ['DE', 'FR', 'IT', 'ES', 'NL', 'SE', 'PL', 'AT'];
const FIRST_ISSUE_MS = Date.UTC(2024, 0, 1);

export async function work(unit, { request }) {
  const issued = FIRST_ISSUE_MS + unit * 61_001;
  await request('POST', `/invoices?customer=c${unit % 25}&country=${COUNTRIES[unit % 8]}&issued=${issued}`);
}
