let requests = 0;

/** Asks a script of another company, which calls the function that its `data-callback` names. */
export function askScript(address) {
  return new Promise((resolve, reject) => {
    const callback = `answer_${++requests}`;
    const script = document.createElement('script');
    window[callback] = (answer) => {
      script.remove();
      resolve(answer);
    };
    script.onerror = () => {
      delete window[callback];
      script.remove();
      reject(new Error('No answer'));
    };
    script.dataset.callback = callback;
    script.src = address;
    document.head.append(script);
  });
}
