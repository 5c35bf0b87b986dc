/** Calls a function when the page goes to another address: the browser has no event for it. */
export function useNavigation(onNavigate) {
  const { pushState } = history;
  history.pushState = function pushStateAndTell(state, unused, address) {
    pushState.call(history, state, unused, address);
    onNavigate(location.pathname);
  };
}
