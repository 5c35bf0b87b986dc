// A ReadableStream into which is put whatever comes, whether anybody reads or not.

let controller;
export const updates = new ReadableStream({
  start(given) {
    controller = given;
  },
});

class Update {
  constructor(number) {
    this.number = number;
    this.changes = [`set ${number}`, `unset ${number}`];
  }
}

export const work = async (number) => {
  controller.enqueue(new Update(number));
  await null;
};
