export class PreviewSession {
  constructor(frame, newsletter) {
    this.frame = frame;
    this.view = frame.contentWindow;
    this.newsletter = newsletter;
  }

  fit(height) {
    this.frame.dataset.height = height;
    this.frame.style.height = `${height}px`;
  }

  close() {
    this.frame.remove();
  }
}

const sessions = [];

export function openPreview(parent, newsletter) {
  const frame = document.createElement('iframe');
  frame.srcdoc = newsletter.html;
  parent.append(frame);
  const session = new PreviewSession(frame, newsletter);
  sessions.push(session);
  return session;
}

window.addEventListener('message', ({ source, data }) => {
  sessions.find(({ view }) => view === source)?.fit(data.height);
});
