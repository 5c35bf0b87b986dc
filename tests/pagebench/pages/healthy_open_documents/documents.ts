import { LRUCache } from 'lru-cache';

export class OpenDocument {
  readonly paragraphs: string[];
  lastRead = 0;

  constructor(readonly id: number) {
    this.paragraphs = Array.from({ length: 6 }, (_, place) => `Paragraph ${place} of document ${id}`);
  }
}

const documents = new LRUCache<number, OpenDocument>({ max: 70 });

export function openDocument(id: number): OpenDocument {
  let found = documents.get(id);
  if (!found) {
    found = new OpenDocument(id);
    documents.set(id, found);
  }
  found.lastRead = performance.now();
  return found;
}
