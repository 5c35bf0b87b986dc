import { Thumbnail } from './thumbnail.js';

window.thumbnailsByPath = {};

export function thumbnailOf(path) {
  window.thumbnailsByPath[path] ??= new Thumbnail(path);
  return window.thumbnailsByPath[path];
}
