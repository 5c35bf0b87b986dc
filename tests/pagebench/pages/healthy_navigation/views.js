class View {
  #ending = new AbortController();

  get signal() {
    return this.#ending.signal;
  }

  mount(parent) {
    this.element = this.render();
    parent.append(this.element);
  }

  unmount() {
    this.#ending.abort();
    this.element.remove();
  }
}

export class HomeView extends View {
  constructor(go) {
    super();
    this.go = go;
  }

  render() {
    const list = document.createElement('ul');
    for (let number = 1; number <= 5; number++) {
      const item = list.appendChild(document.createElement('li'));
      const link = item.appendChild(document.createElement('button'));
      link.textContent = `Book ${number}`;
      link.dataset.book = number;
      link.addEventListener('click', () => this.go(`/books/${number}`));
    }
    return list;
  }
}

export class BookView extends View {
  constructor(number) {
    super();
    this.number = number;
  }

  render() {
    const article = document.createElement('article');
    article.append(document.createElement('h2'), document.createElement('p'));
    article.firstChild.textContent = `Book ${this.number}`;
    window.addEventListener('resize', () => article.classList.toggle('wide', innerWidth > 900), { signal: this.signal });
    this.clock = setInterval(() => (article.lastChild.textContent = new Date().toISOString()), 1000);
    return article;
  }

  unmount() {
    clearInterval(this.clock);
    super.unmount();
  }
}
