// Idempotency keys by tenant: few tenants, but what lies under each of them only grows.

class Receipt {
  constructor(key, status) {
    this.key = key;
    this.status = status;
    this.headers = { 'content-type': 'application/json' };
  }
}

const receiptsByTenant = new Map();

function receiptsOf(tenant) {
  let receipts = receiptsByTenant.get(tenant);
  if (!receipts) receiptsByTenant.set(tenant, (receipts = new Map()));
  return receipts;
}

export async function handle(tenant, key) {
  const receipts = receiptsOf(tenant);
  if (receipts.has(key)) return receipts.get(key);
  await null;
  const receipt = new Receipt(key, 201);
  receipts.set(key, receipt);
  return receipt;
}

export const work = async (number) => {
  await handle(['acme', 'initech', 'umbrella', 'hooli', 'stark', 'wayne'][number % 6], `key-${number}`);
};
