/** Drawings that arrive as text: they contain strings of a snapshot, so only known elements are accepted. */

const SVG = "http://www.w3.org/2000/svg";

// The elements of heapnb's drawings and charts. All others are dropped.
const ELEMENTS = new Set("svg g title desc path polygon polyline ellipse circle line rect text tspan".split(" "));
const ATTRIBUTES = new Set(
  (
    "class cx cy d data-expandable data-node-id dominant-baseline dx dy fill fill-opacity fill-rule font-family font-size " +
    "font-style font-weight height opacity points r rx ry stroke stroke-dasharray stroke-linecap stroke-linejoin " +
    "stroke-opacity stroke-width text-anchor transform viewBox width x x1 x2 y y1 y2"
  ).split(" "),
);

/**
 * Read a drawing, and rebuild it from harmless elements and attributes only.
 *
 * @param {string} text
 * @returns {SVGSVGElement}
 */
export function readSvg(text) {
  const source = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (source.localName !== "svg" || source.namespaceURI !== SVG) throw new Error("The drawing cannot be read.");
  return rebuilt(source);
}

/** Return the unscaled size of a drawing. */
export function sizeOf(svg) {
  const box = svg.viewBox.baseVal;
  return { width: svg.width.baseVal.value || box.width || 1, height: svg.height.baseVal.value || box.height || 1 };
}

function rebuilt(source) {
  const copy = document.createElementNS(SVG, source.localName);
  for (const { name, value } of source.attributes) {
    // A browser could request an address; our drawings have none.
    if (ATTRIBUTES.has(name) && !value.includes("url(")) copy.setAttribute(name, value);
  }
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copy.append(child.data);
    else if (child.nodeType === Node.ELEMENT_NODE && child.namespaceURI === SVG && ELEMENTS.has(child.localName)) {
      copy.append(rebuilt(child));
    }
  }
  return copy;
}
