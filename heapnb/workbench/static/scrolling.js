/**
 * Scrolling through more than an element can be high. Browsers give up at some 17 to 33 million
 * pixels, which two million rows exceed, so the scroll bar stands for a shrunken content: pixel by
 * pixel near both ends, squeezed between them.
 */

/** Pixels that every browser still lays out exactly. */
const HIGHEST = 8_000_000;

/** Pixels at either end that are not squeezed. */
const EXACT = 200_000;

export class ScrollScale {
  constructor() {
    this.content = 0;
    this.view = 0;
  }

  /** Say how many pixels there are, and how many show at once. */
  resize(content, view) {
    this.content = content;
    this.view = view;
  }

  /** How high the element that scrolls is to be. */
  get height() {
    return Math.min(this.content, HIGHEST);
  }

  get isScaled() {
    return this.content > HIGHEST;
  }

  /** The last place that can stand at the top of the view. */
  get lastTop() {
    return Math.max(this.content - this.view, 0);
  }

  /** The last position of the scroll bar. */
  get lastScroll() {
    return Math.max(this.height - this.view, 0);
  }

  /** Return the place of the content that a position of the scroll bar stands for. */
  toTop(scroll) {
    return convert(scroll, this.lastScroll, this.lastTop);
  }

  /** Return the position of the scroll bar for a place of the content. */
  toScroll(top) {
    return convert(top, this.lastTop, this.lastScroll);
  }

  /**
   * Follow the scroll bar: short ways, as by a wheel, go pixel by pixel; long ones, as when the
   * thumb is dragged, by what they stand for.
   */
  follow(top, from, to) {
    const way = to - from;
    const isShort = this.isScaled && Math.abs(way) < this.view;
    return isShort ? clamp(top + way, this.lastTop) : this.toTop(to);
  }
}

/** Map 0…from onto 0…to, with slope one near both ends. */
function convert(value, from, to) {
  const place = clamp(value, from);
  if (from === to || place <= EXACT) return Math.min(place, to);
  if (place >= from - EXACT) return to - (from - place);
  return EXACT + ((place - EXACT) * (to - 2 * EXACT)) / (from - 2 * EXACT);
}

function clamp(value, largest) {
  return Math.min(Math.max(value, 0), largest);
}
