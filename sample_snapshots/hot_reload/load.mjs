// One unit: the rules are reloaded once and three prices are asked for.

const GROUPS = ['retail', 'wholesale', 'staff', 'school'];

export async function work(unit, { request }) {
  await request('POST', '/rules/reload');
  for (let i = 0; i < 3; i++) {
    await request('GET', `/price?group=${GROUPS[(unit + i) % 4]}&amount=${(unit * 37 + i * 100) % 500}`);
  }
}
