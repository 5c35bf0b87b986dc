import { showHint } from './hint.js';

function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('letters', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('drafts', { keyPath: 'id' });
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => showHint(`Reload the page: ${database.name} has a new version.`);
      resolve(database);
    };
  });
}

export async function saveDraft(draft) {
  const database = await openDatabase();
  await new Promise((resolve, reject) => {
    const transaction = database.transaction('drafts', 'readwrite');
    transaction.objectStore('drafts').put(draft);
    transaction.oncomplete = resolve;
    transaction.onerror = () => reject(transaction.error);
  });
}
