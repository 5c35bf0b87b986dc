import { useMemo } from 'react';

import { barsOf, type Report } from './options';
import { useChart } from './useChart';

export function ReportCard({ report }: { report: Report }) {
  const option = useMemo(() => barsOf(report), [report]);
  const chart = useChart(option);
  return (
    <section>
      <h2>{report.title}</h2>
      <div ref={chart} style={{ width: 320, height: 160 }} />
    </section>
  );
}
