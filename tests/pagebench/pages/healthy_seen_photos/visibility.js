const callbacks = new WeakMap();

/** One observer for all elements of the page. */
const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) callbacks.get(target)?.(target);
});

export function whenSeen(element, callback) {
  callbacks.set(element, callback);
  observer.observe(element);
  return () => {
    observer.unobserve(element);
    callbacks.delete(element);
  };
}
