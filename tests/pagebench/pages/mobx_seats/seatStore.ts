import { makeAutoObservable } from 'mobx';

export class SeatStore {
  readonly seats = 180;

  sold = 12;

  held = 0;

  constructor() {
    makeAutoObservable(this);
  }

  get free(): number {
    return this.seats - this.sold - this.held;
  }

  hold(count: number): void {
    this.held = count;
  }
}

export const seatStore = new SeatStore();
