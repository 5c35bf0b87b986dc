import { OverflowToolbar } from './overflowToolbar.js';

const LABELS = ['Reply', 'Forward', 'Archive', 'Print', 'Translate', 'Mute', 'Label', 'Report'];

export function letterView({ subject, body }) {
  const article = document.createElement('article');
  const title = document.createElement('h2');
  title.textContent = subject;
  const text = document.createElement('p');
  text.textContent = body;
  const actions = LABELS.map((label) => ({
    label,
    run: () => {
      title.dataset.done = label;
    },
  }));
  article.append(title, new OverflowToolbar(actions).element, text);
  return article;
}
