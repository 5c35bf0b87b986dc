import { useMemo } from 'react';

import { openDocument } from './documents';

export function Reader({ id }: { id: number }) {
  const document = useMemo(() => openDocument(id), [id]);
  return (
    <article>
      {document.paragraphs.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </article>
  );
}
