const PRODUCTS = ['Lamp', 'Desk', 'Chair', 'Shelf', 'Rug', 'Sofa'];

export function salesOf(region) {
  return PRODUCTS.map((product, place) => ({ product, region, amount: (product.length * 37 + place * 101) % 997 }));
}
