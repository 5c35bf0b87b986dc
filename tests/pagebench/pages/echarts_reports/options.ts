export interface Report {
  id: number;
  title: string;
  weeks: number[];
}

export function report(id: number): Report {
  return { id, title: `Report ${id}`, weeks: Array.from({ length: 8 }, (_, week) => (id * (week + 3)) % 17) };
}

export function barsOf({ weeks }: Report) {
  return {
    animation: false,
    xAxis: { type: 'category', data: weeks.map((_, week) => `W${week + 1}`) },
    yAxis: { type: 'value' },
    series: [{ type: 'bar', data: weeks }],
  };
}
