// Every page asks to be told when the language changes.

import i18next from 'i18next';

await i18next.init({
  lng: 'en',
  resources: { en: { translation: { hello: 'hello' } }, de: { translation: { hello: 'hallo' } } },
});

class PageView {
  constructor(number) {
    this.number = number;
    this.texts = {};
    i18next.on('languageChanged', this.translate.bind(this));
  }

  translate() {
    this.texts = { hello: i18next.t('hello'), page: String(this.number) };
  }
}

export async function work(number) {
  new PageView(number).translate();
  if (number % 40 === 0) await i18next.changeLanguage(number % 80 ? 'de' : 'en');
}
