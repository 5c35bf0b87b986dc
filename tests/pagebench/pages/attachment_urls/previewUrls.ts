/** One address for each file, however often its preview is drawn. */
const urls = new Map<File, string>();

export function previewUrl(file: File): string {
  let url = urls.get(file);
  if (!url) {
    url = URL.createObjectURL(file);
    urls.set(file, url);
  }
  return url;
}
