import { defineStore } from 'pinia';

let lastId = 0;

export const useNotices = defineStore('notices', {
  state: () => ({ received: [], isOpen: false }),
  getters: {
    latest: (state) => state.received.slice(-3),
  },
  actions: {
    receive(text) {
      this.received.push({ id: ++lastId, text, source: { name: 'server', topic: `topic ${lastId % 5}` } });
    },
  },
});
