import { filter, map } from 'rxjs';
import { ref } from 'vue';

import { scores$ } from './scores';

export function useLiveScore(matchId: number) {
  const score = ref('– : –');
  const goals = ref(0);
  scores$
    .pipe(
      filter((one) => one.matchId === matchId),
      map(({ home, away }) => ({ text: `${home} : ${away}`, total: home + away })),
    )
    .subscribe(({ text, total }) => {
      score.value = text;
      goals.value = total;
    });
  return { score, goals };
}
