// One unit: a customer lets a parcel be watched, and it is delivered.

export async function work(unit, { request }) {
  await request('POST', `/watch?parcel=parcel-${unit}`);
  await request('POST', `/delivered?parcel=parcel-${unit}`);
}
