// Shared objects by what they show: fifty letters in four sizes, most of them soon known.

class Glyph {
  constructor(letter, size) {
    this.letter = letter;
    this.size = size;
    this.outline = Array.from({ length: 12 }, (_, i) => i * size);
  }
}

const glyphs = new Map();

function glyph(letter, size) {
  const key = `${letter}/${size}`;
  if (!glyphs.has(key)) glyphs.set(key, new Glyph(letter, size));
  return glyphs.get(key);
}

export async function work(number) {
  for (let i = 0; i < 5; i++) glyph(String.fromCharCode(65 + ((number * 7 + i * 3) % 50)), 8 + (number % 4) * 2);
}
