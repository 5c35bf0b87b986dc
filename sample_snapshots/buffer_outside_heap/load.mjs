// One unit: a scan of 48 KiB is uploaded, twice, because somebody pressed the button again.

const MAGIC_NUMBERS = ['89504e47', 'ffd8ffe0', '25504446'];
const SCAN_SIZE = 48 * 1024;

export async function work(unit, { request }) {
  const scan = Buffer.alloc(SCAN_SIZE, unit & 255);
  scan.write(MAGIC_NUMBERS[unit % MAGIC_NUMBERS.length], 'hex');
  scan.writeUInt32BE(unit, 4);
  for (let i = 0; i < 2; i++) await request('POST', `/scans?name=scan-${unit}.bin`, {}, scan);
}
