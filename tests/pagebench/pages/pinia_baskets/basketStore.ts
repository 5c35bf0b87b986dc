import { defineStore } from 'pinia';

export const useBasketStore = defineStore('basket', {
  state: () => ({ amount: 0, voucher: '' }),
  actions: {
    add() {
      this.amount += 1;
    },
  },
});
