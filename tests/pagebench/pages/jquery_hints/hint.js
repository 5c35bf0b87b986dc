import $ from 'jquery';

class Hint {
  constructor(element, options) {
    this.$element = $(element);
    this.options = { offset: 8, ...options };
    $(document).on('scroll.hint', () => this.place());
  }

  place() {
    this.$element.css('top', this.options.offset);
  }
}

$.fn.hint = function addHint(options) {
  return this.each((_, element) => {
    $.data(element, 'hint', new Hint(element, options));
  });
};
