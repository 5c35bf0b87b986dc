class WordCount {
  constructor(text) {
    this.words = text.split(/\s+/);
    this.at = Date.now();
  }
}

const counts = [];
document.addEventListener('click', () => {
  for (let place = 0; place < 3; place++) counts.push(new WordCount(document.body.innerText));
});
globalThis.wordCounts = counts;
