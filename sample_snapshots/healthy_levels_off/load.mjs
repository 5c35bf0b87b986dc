// One unit: four visitors at once read a page each: half of the visits go to a few pages that everybody reads, the
// others to pages hardly anybody comes back to. Now and then somebody asks for the statistics. In the warm-up there are
// only the popular pages, and so many visits that the optimizing compiler has mostly done its work before the first
// snapshot.

const SECTIONS = ['guide', 'reference', 'blog', 'api', 'faq'];
const POPULAR_PAGES = 60;
const VISITORS = 4;
const WARM_UP_UNITS = 1000;

export async function work(unit, { request }) {
  const visits = [];
  for (let i = 0; i < VISITORS; i++) {
    const visit = unit * VISITORS + i;
    const number = unit < WARM_UP_UNITS || visit % 2 === 0 ? Math.floor(visit / 2) % POPULAR_PAGES : 1000 + visit;
    visits.push(request('GET', `/${SECTIONS[visit % SECTIONS.length]}/page-${number}`));
  }
  await Promise.all(visits);
  if (unit >= WARM_UP_UNITS && unit % 20 === 0) await request('GET', '/statistics');
}
