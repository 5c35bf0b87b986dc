/** Gives the document the colours of a brand. */
export function applyTheme(scope, hue) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.${scope} { color: hsl(${hue} 60% 30%); } .${scope} h2 { background: hsl(${hue} 80% 95%); }`);
  document.adoptedStyleSheets.push(sheet);
  return sheet;
}

export function removeTheme(sheet) {
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
}
