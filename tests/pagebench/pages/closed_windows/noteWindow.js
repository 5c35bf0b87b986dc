import html from 'solid-js/html';

export function NoteWindow(props) {
  return html`<section style=${() => ({ left: `${props.note.x}px`, top: `${props.note.y}px` })}>
    <h2>${() => props.note.title}</h2>
    <textarea></textarea>
  </section>`;
}
