import { useState } from 'react';

import { SalesPanel } from './salesPanel';

const REGIONS = ['North', 'East', 'South', 'West'];

export function Dashboard() {
  const [region, setRegion] = useState(null);
  return (
    <main>
      <nav>
        {REGIONS.map((name) => (
          <button key={name} data-region={name} onClick={() => setRegion(name)}>
            {name}
          </button>
        ))}
        <button id="overview" onClick={() => setRegion(null)}>
          Overview
        </button>
      </nav>
      {region === null ? <p>Choose a region.</p> : <SalesPanel key={region} region={region} />}
    </main>
  );
}
