const COLORS = { light: { paper: '#fff', ink: '#111' }, dark: { paper: '#111', ink: '#eee' } };

export function colorsOf(theme) {
  return COLORS[theme] ?? COLORS.light;
}
