const TOPICS = ['Bees', 'Roofs', 'Trams', 'Wells', 'Yeast'];

class Subscriber {
  constructor(number) {
    this.mail = `reader${number}@mail.example`;
    this.topics = TOPICS.filter((_, place) => (number + place) % 2);
  }
}

export const subscribers = Array.from({ length: 160 }, (_, number) => new Subscriber(number));

export function compose(issue) {
  const topic = TOPICS[issue % TOPICS.length];
  const readers = subscribers.filter(({ topics }) => topics.includes(topic)).length;
  const tell = 'parent.postMessage({ height: document.documentElement.scrollHeight }, "*")';
  const script = `<script>onload = () => ${tell}</script>`;
  return { issue, html: `<h1>${topic} ${issue}</h1><p>For ${readers} readers</p>${script}` };
}
