export const palette = Array.from({ length: 96 }, (_, place) => ({
  name: `colour ${place}`,
  css: `hsl(${(place * 15) % 360} 60% ${30 + (place % 4) * 10}%)`,
}));

export function outline(accent, contrast) {
  return `${Math.round(contrast * 2)}px solid ${accent}`;
}
