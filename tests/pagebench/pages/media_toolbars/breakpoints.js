/** Below this width the actions of a toolbar go into its menu. */
export const narrow = matchMedia('(max-width: 720px)');

export const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
