// Two readers of one provider: one for the dashboard, one for the bill. Both collect at the same rhythm.

import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

class CollectingReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
    this.points = 0;
  }

  async onForceFlush() {}

  async onShutdown() {}

  async read() {
    const { resourceMetrics } = await this.collect();
    for (const { metrics } of resourceMetrics.scopeMetrics) this.points += metrics.length;
  }
}

const provider = new MeterProvider();
const readers = [new CollectingReader(), new CollectingReader()];
for (const reader of readers) provider.addMetricReader(reader);

const meter = provider.getMeter('checkout');
const orders = meter.createCounter('orders');
const amounts = meter.createHistogram('amounts');

export async function work(number) {
  orders.add(1, { country: number % 2 ? 'AT' : 'CH' });
  amounts.record(number % 50, { country: 'AT' });
  for (const reader of readers) await reader.read();
}
