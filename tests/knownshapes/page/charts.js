import { BarController, BarElement, CategoryScale, Chart, LinearScale } from 'chart.js';
import { init, use } from 'echarts/core';
import { BarChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

export function charts() {
  Chart.register(BarController, BarElement, CategoryScale, LinearScale);
  const chart = new Chart(document.querySelector('#chart'), {
    type: 'bar',
    data: { labels: ['a', 'b'], datasets: [{ data: [1, 2] }] },
    options: { animation: false, responsive: false },
  });
  use([BarChart, GridComponent, CanvasRenderer]);
  const other = init(document.querySelector('#echarts'));
  other.setOption({ animation: false, xAxis: { data: ['a', 'b'] }, yAxis: {}, series: [{ type: 'bar', data: [1, 2] }] });
  return { 'chartjs-chart': chart, 'echarts-chart': other };
}
