// One unit: a file is uploaded, and somebody looks at the status.

export async function work(unit, { request }) {
  const body = `line ${unit} of a report\n`.repeat(20 * (1 + (unit % 5)));
  await request('PUT', `/uploads?file=report-${unit}.txt`, { 'x-sender': `sender ${unit}` }, body);
  await request('GET', '/status');
}
