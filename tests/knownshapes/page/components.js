import { Component as PreactComponent, h as element, render } from 'preact';
import { createElement, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { mount } from 'svelte';
import { createApp, effectScope, h, reactive, ref, watchEffect } from 'vue';

import Greeting from './Greeting.svelte';

let clock = null;

class Clock extends PreactComponent {
  componentDidMount() {
    clock = this;
  }

  render() {
    return element('p', null, 'now');
  }
}

function Hello() {
  const [name] = useState('Ada');
  return createElement('p', { id: 'hello' }, name);
}

export async function components() {
  const root = createRoot(document.querySelector('#react'));
  root.render(createElement(Hello));
  render(element(Clock), document.querySelector('#preact'));
  const app = createApp({ render: () => h('p', 'hello') });
  app.mount('#vue');
  const scope = effectScope();
  const shown = ref(1);
  const effect = scope.run(() => watchEffect(() => shown.value));
  mount(Greeting, { target: document.querySelector('#svelte') });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const hello = document.querySelector('#hello');
  const fiber = hello[Object.keys(hello).find((key) => key.startsWith('__reactFiber$'))];
  return {
    'react-root': root._internalRoot,
    'react-fiber': fiber,
    'react-element': createElement('p'),
    'preact-component': clock,
    'preact-vnode': element('p'),
    'vue-app': app,
    'vue-component': app._container._vnode.component,
    'vue-ref': shown,
    'vue-scope': scope,
    'vue-effect': scope.effects[0],
    'vue-vnode': h('p', 'a'),
  };
}
