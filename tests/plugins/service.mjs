// A service of Acme: each transfer opens a ledger of the package acme-ledger.
import { writeHeapSnapshot } from 'node:v8';
import { Ledger } from 'acme-ledger';

const [, , folder] = process.argv;
for (const [number, transfers] of [50, 150, 400].entries()) {
  for (let i = 0; i < transfers; i++) new Ledger(`account ${number}/${i}`, 'waits for approval');
  writeHeapSnapshot(`${folder}/s${number + 1}.heapsnapshot`);
}
