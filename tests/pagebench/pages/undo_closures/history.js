export class History {
  #undoSteps = [];

  record(undo) {
    this.#undoSteps.push(undo);
  }

  undo() {
    this.#undoSteps.pop()?.();
  }
}
