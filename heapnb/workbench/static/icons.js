/** The few icons: lines on a grid of 16, in the colour of the text around. */

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  back: "M10 3 5 8l5 5",
  forward: "m6 3 5 5-5 5",
  chevron: "m4 6 4 4 4-4",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.3 10.3 14 14",
  close: "m4 4 8 8M12 4l-8 8",
  menu: "M2.7 8h.6M7.7 8h.6M12.7 8h.6M2.7 7.6h.6M7.7 7.6h.6M12.7 7.6h.6",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  code: "m5.5 4-4 4 4 4M10.5 4l4 4-4 4",
  warning: "M8 2 1.5 13.5h13zM8 6.5v3M8 11.6v.01",
};

/** Make an icon; what it means is said by the button around it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ class: "hs-icon", viewBox: "0 0 16 16", "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
