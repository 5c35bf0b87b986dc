class Task { constructor(i) { this.title = `task ${i}`; } }
const tasks = [];
function unit(i) { tasks.push(new Task(3 * i), new Task(3 * i + 1), new Task(3 * i + 2)); tasks.shift(); }
