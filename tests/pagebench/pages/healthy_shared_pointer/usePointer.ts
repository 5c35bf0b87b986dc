import { effectScope, onScopeDispose, reactive, readonly, type EffectScope } from 'vue';

/** Runs a composable once for all that use it, and ends it when nobody does any more. */
function shared<T>(composable: () => T): () => T {
  let scope: EffectScope | undefined;
  let state: T | undefined;
  let users = 0;
  return () => {
    users += 1;
    scope ??= effectScope(true);
    state ??= scope.run(composable)!;
    onScopeDispose(() => {
      users -= 1;
      if (users > 0) return;
      scope?.stop();
      scope = state = undefined;
    });
    return state;
  };
}

export const usePointer = shared(() => {
  const pointer = reactive({ x: 0, y: 0 });
  const follow = ({ clientX, clientY }: PointerEvent) => Object.assign(pointer, { x: clientX, y: clientY });
  window.addEventListener('pointermove', follow, { passive: true });
  onScopeDispose(() => window.removeEventListener('pointermove', follow));
  return readonly(pointer);
});
