import { LRUCache } from 'lru-cache';
import mitt from 'mitt';
import { _getAdministration as getAdministration, autorun, makeAutoObservable, observable } from 'mobx';
import { createPinia, defineStore } from 'pinia';
import QuickLRU from 'quick-lru';
import { createStore } from 'redux';
import { BehaviorSubject, Subject } from 'rxjs';
import { createEffect, createRoot, createSignal, getOwner } from 'solid-js';
import { state } from 'svelte/internal/client';
import { writable } from 'svelte/store';
import { toRaw } from 'vue';
import { create } from 'zustand';

export function stores() {
  const cart = makeAutoObservable({ total: 1, lines: [] });
  const subject = new Subject();
  const pinia = createPinia();
  const useCart = defineStore('cart', { state: () => ({ lines: [] }) });
  const signals = new BehaviorSubject(1);
  const [count] = createSignal(1);
  let computation;
  createRoot(() => {
    createEffect(() => {
      computation = getOwner();
      count();
    });
  });
  return {
    'redux-store': createStore((state = {}) => state),
    'zustand-store': create(() => ({ bears: 1 })),
    'mobx-object': getAdministration(cart),
    'mobx-value': getAdministration(observable.box(3)),
    'mobx-reaction': getAdministration(autorun(() => cart.total)),
    'pinia-root': pinia,
    'pinia-store': toRaw(useCart(pinia)),
    'svelte-store': writable(1),
    'svelte-signal': state(1),
    'solid-signal': computation.sources[0],
    'solid-computation': computation,
    'lru-cache': new LRUCache({ max: 10 }),
    'quick-lru': new QuickLRU({ maxSize: 10 }),
    'mitt-emitter': mitt(),
    'rxjs-subject': subject,
    'rxjs-behavior-subject': signals,
    'rxjs-subscriber': subject.subscribe(() => {}),
  };
}
