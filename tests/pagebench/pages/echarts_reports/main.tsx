import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import { report, type Report } from './options';
import { ReportCard } from './ReportCard';

let last = 0;

function Reports() {
  const [shown, setShown] = useState<Report | null>(null);
  return (
    <>
      <button id="open" onClick={() => setShown(report(++last))}>
        Open
      </button>
      <button id="close" onClick={() => setShown(null)}>
        Close
      </button>
      {shown && <ReportCard key={shown.id} report={shown} />}
    </>
  );
}

createRoot(document.getElementById('root')!).render(<Reports />);
