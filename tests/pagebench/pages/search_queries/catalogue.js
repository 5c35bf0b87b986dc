class Product {
  constructor(name, material) {
    this.name = name;
    this.material = material;
    this.texts = { short: `${name} of ${material}`, long: `${name}, made of ${material} by hand` };
  }
}

export async function searchCatalogue(text) {
  return ['oak', 'pine', 'steel'].map((material) => new Product(`${text} ${material}`, material));
}
