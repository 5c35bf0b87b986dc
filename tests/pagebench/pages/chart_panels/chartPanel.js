import { BarController, BarElement, CategoryScale, Chart, LinearScale } from 'chart.js';

Chart.register(BarController, BarElement, CategoryScale, LinearScale);

export function showChart(parent, { labels, values }) {
  const canvas = document.createElement('canvas');
  canvas.width = 200;
  canvas.height = 100;
  parent.append(canvas);
  new Chart(canvas, {
    type: 'bar',
    data: { labels, datasets: [{ data: values }] },
    options: { animation: false, responsive: false },
  });
}
