/** A view that is a chart, with its numbers below. */

import { element } from "./dom.js";
import { zoomable } from "./flame_graph.js";
import { formatCell } from "./format.js";
import { readSvg } from "./svg.js";

export class ChartView {
  #release = () => {};

  constructor(host) {
    this.element = element("div", { class: "hs-chart", tabindex: "0" });
    host.append(this.element);
  }

  /** @param {{svg: string, table: {columns: object[], rows: object[]}}} chart */
  show({ svg, table }, { title, totalSize }) {
    this.#release();
    const drawing = readSvg(svg);
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", title);
    this.element.replaceChildren(
      element("div", { class: "hs-chart-drawing" }, drawing),
      element("div", { class: "hs-chart-table" }, numbers(table, title, totalSize)),
    );
    if (drawing.classList.contains("flame-graph")) this.#release = zoomable(drawing);
  }

  dispose() {
    this.#release();
    this.element.remove();
  }
}

function numbers({ columns, rows }, title, totalSize) {
  const isNumber = ({ kind }) => kind !== "text" && kind !== "location";
  const head = columns.map((column) => element("th", { scope: "col", class: isNumber(column) && "hs-number" }, column.title));
  const body = rows.map((row) => {
    const cells = columns.map((column, place) => {
      const { text, title: exact } = formatCell(column.kind ?? "text", valueOf(row, column, place), totalSize);
      return element("td", { class: isNumber(column) && "hs-number", title: exact !== text && exact }, text);
    });
    return element("tr", {}, ...cells);
  });
  return element(
    "table",
    {},
    element("caption", { class: "hb-hidden" }, title),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body),
  );
}

function valueOf(row, column, place) {
  return Array.isArray(row) ? row[place] : row[column.key];
}
