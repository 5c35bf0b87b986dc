export class LocaleStore extends EventTarget {
  #locale = 'en';
  #formats = new Map<string, Intl.NumberFormat>();

  get locale(): string {
    return this.#locale;
  }

  set locale(locale: string) {
    this.#locale = locale;
    this.dispatchEvent(new Event('locale-change'));
  }

  /** One format for each language, of which there are few. */
  get format(): Intl.NumberFormat {
    let format = this.#formats.get(this.#locale);
    if (!format) {
      format = new Intl.NumberFormat(this.#locale, { style: 'currency', currency: 'EUR' });
      this.#formats.set(this.#locale, format);
    }
    return format;
  }
}

export const localeStore = new LocaleStore();
