// One unit: one picture is asked for in one of three widths.

const WIDTHS = [320, 640, 1280];

export async function work(unit, { request }) {
  await request('GET', `/resize?image=picture-${unit}.jpg&width=${WIDTHS[unit % WIDTHS.length]}`);
  if (unit % 10 === 0) await request('GET', '/health');
}
