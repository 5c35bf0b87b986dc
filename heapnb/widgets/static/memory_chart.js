// A live chart of a program's memory: lines over time, full garbage collections as dots, alarms as rules.
// Python sends plain data (heapnb/live/watch_text.py); every text goes in as text, never as HTML.

const WIDTH = 720;
const HEIGHT = 220;
const MARGIN = { left: 64, right: 12, top: 10, bottom: 24 };
const SVG = "http://www.w3.org/2000/svg";
const UNITS = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];

function svg(name, attributes = {}, text = undefined) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function html(name, className, text = undefined) {
  const element = document.createElement(name);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function bytes(size) {
  const [unit, name] = UNITS.find(([least]) => size >= least) ?? [1, "B"];
  const number = size / unit;
  return `${number >= 100 || unit === 1 ? Math.round(number) : number.toFixed(1)} ${name}`;
}

export function steps(highest) {
  // Three to six round steps from 0.
  const rough = highest / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) * power;
  return Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => i * step);
}

const clock = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);

function chart(data) {
  const root = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "hn-memory-chart" });
  root.append(svg("title", {}, `Memory of ${data.title}`));
  const all = data.lines.flatMap((line) => line.points);
  if (all.length === 0) return root;
  const first = all.reduce((least, [time]) => Math.min(least, time), Infinity);
  const last = all.reduce((most, [time]) => Math.max(most, time), first + 1);
  const highest = all.reduce((most, [, value]) => Math.max(most, value), 1) * 1.05;
  const x = (time) => MARGIN.left + ((time - first) / (last - first)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value) => HEIGHT - MARGIN.bottom - (value / highest) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  for (const value of steps(highest)) {
    root.append(svg("line", { x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(value), y2: y(value), class: "hn-grid" }));
    root.append(svg("text", { x: MARGIN.left - 6, y: y(value) + 4, "text-anchor": "end" }, bytes(value)));
  }
  root.append(svg("text", { x: MARGIN.left, y: HEIGHT - 6 }, clock(first)));
  root.append(svg("text", { x: WIDTH - MARGIN.right, y: HEIGHT - 6, "text-anchor": "end" }, `${clock(last)} UTC`));
  data.lines.forEach((line, number) => {
    const points = line.points.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`);
    const drawn = svg("polyline", { points: points.join(" "), class: `hn-line hn-line-${number}` });
    drawn.append(svg("title", {}, line.name));
    root.append(drawn);
  });
  for (const [time, used] of data.full_gcs ?? []) {
    if (time < first || used === null) continue;
    const dot = svg("circle", { cx: x(time), cy: y(used), r: 2.5, class: "hn-full-gc" });
    dot.append(svg("title", {}, `Full GC at ${clock(time)}: ${bytes(used)} remain`));
    root.append(dot);
  }
  for (const [time, text] of data.alarms) {
    const rule = svg("line", { x1: x(time), x2: x(time), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, class: "hn-alarm" });
    rule.append(svg("title", {}, `${clock(time)} ${text}`));
    root.append(rule);
  }
  return root;
}

function legend(data) {
  const list = html("div", "hn-legend");
  data.lines.forEach((line, number) => {
    const entry = html("span", "hn-entry");
    entry.append(html("span", `hn-swatch hn-swatch-${number}`), document.createTextNode(line.name));
    list.append(entry);
  });
  return list;
}

function table(rows, className) {
  const body = html("table", className);
  for (const row of rows) {
    const line = body.insertRow();
    for (const text of row) line.insertCell().textContent = text;
  }
  return body;
}

export function drawn(data) {
  const root = html("div", "hn-memory");
  const head = html("div", "hn-head");
  head.append(html("strong", "", data.title), html("span", `hn-state hn-state-${data.state}`, data.state));
  root.append(head, chart(data), legend(data));
  if (data.numbers?.length) root.append(table(data.numbers, "hn-numbers"));
  if (data.facts?.length) root.append(table(data.facts, "hn-facts"));
  for (const text of data.notes ?? []) root.append(html("div", "hn-note", text));
  return root;
}

function render({ model, el }) {
  const draw = () => el.replaceChildren(drawn(model.get("data")));
  model.on("change:data", draw);
  draw();
  return () => model.off("change:data", draw);
}

export default { render };
