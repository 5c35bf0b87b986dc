export function productsView(router) {
  const view = document.createElement('section');
  const search = view.appendChild(document.createElement('input'));
  router.beforeLeave(() => search.value === '' || search.disabled);
  return view;
}

export function helpView() {
  const view = document.createElement('section');
  view.textContent = 'Ask us';
  return view;
}
