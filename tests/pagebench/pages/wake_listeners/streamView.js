export class StreamView {
  constructor(name) {
    this.isPlaying = false;
    this.element = document.createElement('figure');
    this.element.textContent = name;
  }

  start() {
    this.isPlaying = true;
    document.addEventListener('visibilitychange', this);
    window.addEventListener('pageshow', this);
  }

  stop() {
    this.isPlaying = false;
    this.element.remove();
    document.removeEventListener('visibilitychange', this, true);
    window.removeEventListener('pageshow', this);
  }

  handleEvent() {
    this.element.classList.toggle('paused', document.hidden);
  }
}
