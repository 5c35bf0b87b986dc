// Zooms flame graphs: a click or Enter on a frame widens it to the whole width, Escape shows all again. Arrow keys move
// between frames. Without this script a flame graph is complete, only not zoomable.
"use strict";
(() => {
  const TOLERANCE = 1e-3;
  const LEAST_ROOM = 21;
  const OF_ALL = " of all";
  const number = (frame, name) => Number.parseFloat(frame.getAttribute(name));

  const make = (name, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    element.textContent = text;
    return element;
  };

  const prepare = (graph) => {
    const frames = [...graph.querySelectorAll(".flame")].map((element) => ({
      element,
      start: number(element, "x"),
      width: number(element, "width"),
      level: number(element, "y"),
    }));
    let shown = frames[0];

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
      label();
    };

    // Frames that are wide enough only now get their text now, and all of it.
    const label = () => {
      const room = graph.getBoundingClientRect().width;
      for (const { element } of frames) {
        const old = element.querySelector("text");
        const isWide = (number(element, "width") / 100) * room >= LEAST_ROOM;
        if (element.querySelector("rect").getAttribute("fill") === "none") {
          continue;
        }
        if (isWide) {
          const lines = element.querySelector("title").textContent.split("\n");
          const text = make("text", { x: "4", y: "13", fill: "currentColor" }, lines[0]);
          const amount = lines.find((line) => line.endsWith(OF_ALL)).slice(0, -OF_ALL.length);
          const behind = make("tspan", { dx: "8", "fill-opacity": "0.62" }, amount);
          text.append(behind);
          element.append(text);
          // A cut number is wrong.
          if (text.getComputedTextLength() + 16 > (number(element, "width") / 100) * room) {
            behind.remove();
          }
        }
        old?.remove();
      }
    };

    const isVisible = (frame) => !frame.element.classList.contains("is-out");
    const steps = {
      ArrowUp: (at) => frames.filter((one) => one.level < at.level && one.start <= at.start + TOLERANCE && one.start + one.width >= at.start + at.width - TOLERANCE).at(-1),
      ArrowDown: (at) => frames.find((one) => one.level > at.level && one.start >= at.start - TOLERANCE && one.start < at.start + at.width - TOLERANCE && isVisible(one)),
      ArrowLeft: (at) => frames.filter((one) => one.level === at.level && one.start < at.start && isVisible(one)).sort((a, b) => b.start - a.start)[0],
      ArrowRight: (at) => frames.filter((one) => one.level === at.level && one.start > at.start && isVisible(one)).sort((a, b) => a.start - b.start)[0],
    };

    graph.addEventListener("click", (event) => {
      const found = frames.find((one) => one.element === event.target.closest(".flame"));
      if (found !== undefined) {
        zoom(found === shown ? frames[0] : found);
      }
    });
    graph.addEventListener("keydown", (event) => {
      const at = frames.find((one) => one.element === event.target.closest(".flame"));
      if (at === undefined) {
        return;
      }
      if (event.key === "Enter" || event.key === " ") {
        zoom(at === shown ? frames[0] : at);
      } else if (event.key === "Escape") {
        zoom(frames[0]);
      } else if (event.key in steps) {
        const next = steps[event.key](at);
        if (next !== undefined) {
          next.element.setAttribute("tabindex", "0");
          next.element.focus();
        }
      } else {
        return;
      }
      event.preventDefault();
    });
    graph.classList.add("is-zoomable");
    label();
    addEventListener("resize", label);
  };

  for (const graph of document.querySelectorAll(".flame-graph")) {
    prepare(graph);
  }
})();
