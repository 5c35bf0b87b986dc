const running = new Set();
const isReduced = matchMedia('(prefers-reduced-motion: reduce)');

isReduced.addEventListener('change', () => {
  for (const animation of running) isReduced.matches ? animation.pause() : animation.play();
});

function start(element, frames, timing) {
  const animation = element.animate(frames, timing);
  running.add(animation);
  animation.finished.then(() => running.delete(animation));
  return animation;
}

export function spin(element) {
  return start(element, { rotate: ['0turn', '1turn'] }, { duration: 900, iterations: Infinity });
}

export function fadeIn(element) {
  return start(element, { opacity: [0, 1] }, { duration: 5 });
}
