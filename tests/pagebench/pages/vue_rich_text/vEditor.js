import { RichText } from './richText';

const editors = new WeakMap();

/** `<div v-editor="{ text }">` makes an editor of an element. */
export const vEditor = {
  mounted(element, { value }) {
    editors.set(element, new RichText(element, value));
  },
  updated(element, { value, oldValue }) {
    if (value.text !== oldValue.text) editors.get(element).surface.textContent = value.text;
  },
};
