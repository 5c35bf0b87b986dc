export function customersOf(page) {
  return Array.from({ length: 12 }, (_, place) => ({ name: `Customer ${page * 12 + place}`, town: 'Bern' }));
}
