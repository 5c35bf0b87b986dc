// The chart of a time line, written by Python with all texts escaped. A click on the mark of a snapshot asks for it.

const MARK = "#heapnb-snapshot-";

export function numberOf(href) {
  const number = href?.startsWith(MARK) ? Number(href.slice(MARK.length)) : NaN;
  return Number.isInteger(number) && number >= 0 ? number : null;
}

export default {
  render({ model, el }) {
    const chart = document.createElement("div");
    chart.className = "hn-timeline-chart";
    chart.innerHTML = model.get("html");
    const onClick = (event) => {
      const number = numberOf(event.target.closest?.("a")?.getAttribute("href"));
      if (number === null) return;
      event.preventDefault();
      model.send({ open: number });
    };
    chart.addEventListener("click", onClick);
    el.append(chart);
    return () => chart.removeEventListener("click", onClick);
  },
};
