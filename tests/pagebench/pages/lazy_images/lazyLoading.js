const loaders = new Map();

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) loaders.get(target)?.();
  }
});

export function loadWhenSeen(image, source) {
  loaders.set(image, () => {
    image.src = source;
    observer.unobserve(image);
  });
  observer.observe(image);
}
