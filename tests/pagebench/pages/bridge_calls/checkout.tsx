import { useState } from 'react';

import { AddressForm } from './addressForm';

const COUNTRIES = Array.from({ length: 190 }, (_, place) => ({ code: `C${place}`, hasStates: place % 4 === 0 }));

export function Checkout() {
  const [{ step, isOpen }, setState] = useState({ step: 0, isOpen: false });
  return (
    <main>
      <button id="open" onClick={() => setState({ step: step + 1, isOpen: true })}>
        Address
      </button>
      <button id="close" onClick={() => setState({ step, isOpen: false })}>
        Back
      </button>
      <select>
        {COUNTRIES.filter(({ hasStates }) => hasStates).map(({ code }) => (
          <option key={code}>{code}</option>
        ))}
      </select>
      {isOpen && <AddressForm step={step} />}
    </main>
  );
}
