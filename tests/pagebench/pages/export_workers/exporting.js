export function exportRows(rows) {
  const worker = new Worker('/exportWorker.js');
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(rows);
  });
}
