/**
 * Zooms a flame graph: a click or Enter on a frame widens it to the whole width; Escape, "Show all" or another click show
 * all again. Arrow keys move between frames. Above the frames stand the whole name, numbers and place of the frame under
 * the pointer or with the focus. Without this script a flame graph is complete, only not zoomable.
 */

const TOLERANCE = 1e-3;
const LEAST_ROOM = 21;
const OF_ALL = " of all";
const WITHOUT_CALLEES = " without callees";
const HEAD = 42;
const HINT = "Point at a frame to read it. Click it, or press Enter, to widen it.";

const number = (element, name) => Number.parseFloat(element.getAttribute(name));

function make(name, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

function linesOf({ element }) {
  return element.querySelector("title").textContent.split("\n");
}

/**
 * Make a flame graph zoomable.
 *
 * @param {SVGSVGElement} graph - As `heapnb.views.flame_graphs` draws it.
 * @returns {() => void} Undoes what goes on outside of the drawing.
 */
export function zoomable(graph) {
  const frames = [...graph.querySelectorAll(".flame")].map((element) => ({
    element,
    start: number(element, "x"),
    width: number(element, "width"),
    level: number(element, "y"),
  }));
  const [whole] = frames;
  let shown = whole;
  let current = whole;

  const name = make("text", { class: "flame-name", x: "0", y: "13", fill: "currentColor" });
  const facts = make("text", { class: "flame-facts", x: "0", y: "30", fill: "currentColor" });
  const reset = make("svg", { class: "flame-reset", x: "100%", y: "0", role: "button", tabindex: "0", overflow: "visible" });
  reset.append(
    make("rect", { x: "-66", y: "0.5", width: "65", height: "20", rx: "3", fill: "none", stroke: "currentColor" }),
    make("text", { x: "-33.5", y: "15", "text-anchor": "middle", fill: "currentColor" }, "Show all"),
  );
  const body = make("g", { transform: `translate(0, ${HEAD})` });
  body.append(...graph.childNodes);
  graph.append(name, facts, reset, body);
  graph.setAttribute("height", number(graph, "height") + HEAD);

  const describe = (frame) => {
    const [first, ...others] = frame === null ? [HINT] : linesOf(frame);
    const numbers = others.filter((line) => line.endsWith(OF_ALL) || line.endsWith(WITHOUT_CALLEES));
    const place = others.filter((line) => !numbers.includes(line));
    name.textContent = first;
    name.classList.toggle("is-hint", frame === null);
    facts.textContent = [...numbers, ...place].join(" · ");
  };
  const describeShown = () => describe(shown === whole ? null : shown);

  const zoom = (to) => {
    shown = to;
    const factor = 100 / to.width;
    for (const { element, start, width, level } of frames) {
      const isCaller = level < to.level && start <= to.start + TOLERANCE && start + width >= to.start + to.width - TOLERANCE;
      const isBelow = level >= to.level && start >= to.start - TOLERANCE && start + width <= to.start + to.width + TOLERANCE;
      element.classList.toggle("is-caller", isCaller);
      element.classList.toggle("is-out", !isCaller && !isBelow);
      element.setAttribute("x", isCaller ? "0%" : `${(start - to.start) * factor}%`);
      element.setAttribute("width", isCaller ? "100%" : `${width * factor}%`);
    }
    graph.classList.toggle("is-zoomed", to !== whole);
    label();
    describeShown();
  };

  // Frames that are wide enough only now get their text now, and all of it.
  const label = () => {
    const room = graph.getBoundingClientRect().width;
    if (room === 0) return;
    for (const { element } of frames) {
      if (element.querySelector("rect").getAttribute("fill") === "none") continue;
      const width = (number(element, "width") / 100) * room;
      element.querySelector("text")?.remove();
      if (width < LEAST_ROOM) continue;
      const lines = linesOf({ element });
      const text = make("text", { x: "4", y: "13", fill: "currentColor" }, lines[0]);
      const amount = lines.find((line) => line.endsWith(OF_ALL)).slice(0, -OF_ALL.length);
      const behind = make("tspan", { dx: "8", "fill-opacity": "0.62" }, amount);
      text.append(behind);
      element.append(text);
      // A cut number is wrong.
      if (text.getComputedTextLength() + 16 > width) behind.remove();
    }
  };

  // One frame takes part in the order of Tab; arrow keys reach the others.
  const enter = (frame) => {
    current.element.setAttribute("tabindex", "-1");
    current = frame;
    current.element.setAttribute("tabindex", "0");
  };

  const isVisible = (frame) => !frame.element.classList.contains("is-out");
  const contains = (outer, inner) => outer.start <= inner.start + TOLERANCE && outer.start + outer.width >= inner.start + inner.width - TOLERANCE;
  const steps = {
    ArrowUp: (at) => frames.filter((one) => one.level < at.level && contains(one, at)).at(-1),
    ArrowDown: (at) => frames.find((one) => one.level > at.level && one.start >= at.start - TOLERANCE && one.start < at.start + at.width - TOLERANCE && isVisible(one)),
    ArrowLeft: (at) => frames.filter((one) => one.level === at.level && one.start < at.start && isVisible(one)).sort((a, b) => b.start - a.start)[0],
    ArrowRight: (at) => frames.filter((one) => one.level === at.level && one.start > at.start && isVisible(one)).sort((a, b) => a.start - b.start)[0],
  };
  const frameAt = (event) => frames.find((one) => one.element === event.target.closest(".flame"));

  graph.addEventListener("click", (event) => {
    const found = event.target.closest(".flame-reset") === null ? frameAt(event) : whole;
    if (found === undefined) return;
    enter(found);
    zoom(found === shown ? whole : found);
  });
  graph.addEventListener("pointerover", (event) => {
    const found = frameAt(event);
    if (found !== undefined) describe(found);
  });
  graph.addEventListener("pointerleave", describeShown);
  graph.addEventListener("keydown", (event) => {
    const isReset = event.target.closest(".flame-reset") !== null;
    const at = isReset ? whole : frameAt(event);
    if (at === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      zoom(at === shown ? whole : at);
      if (isReset) whole.element.focus();
      else describe(at);
    } else if (event.key === "Escape" && shown !== whole) {
      zoom(whole);
      describe(at);
    } else if (event.key in steps && !isReset) {
      steps[event.key](at)?.element.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  for (const { element } of frames) {
    element.setAttribute("tabindex", "-1");
    element.setAttribute("role", "img");
  }
  enter(whole);
  graph.setAttribute("role", "group");
  graph.classList.add("is-zoomable");
  describeShown();
  label();
  // A listener for this on the drawing would make the drawing itself a stop of Tab.
  const follow = ({ target }) => {
    const found = frames.find((one) => one.element === target);
    if (found === undefined) return describeShown();
    enter(found);
    return describe(found);
  };
  document.addEventListener("focusin", follow);
  const observer = new ResizeObserver(label);
  observer.observe(graph);
  return () => {
    observer.disconnect();
    document.removeEventListener("focusin", follow);
  };
}
