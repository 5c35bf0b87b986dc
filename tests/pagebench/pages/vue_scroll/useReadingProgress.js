import { onMounted, ref } from 'vue';

export function useReadingProgress(article) {
  const progress = ref(0);
  const readings = [];

  function measure() {
    readings.push({ article, top: window.scrollY });
    progress.value = Math.min(100, window.scrollY / 10);
  }

  onMounted(() => {
    window.addEventListener('scroll', measure);
  });

  return { progress, readings };
}
