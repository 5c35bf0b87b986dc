"use strict";
// TypeScript for an old target. Jobs in a set of those that are open, and in the history, for ever.
var Job = /** @class */ (function () {
    function Job(number) {
        this.title = "job " + number;
        this.steps = [{ name: "step of " + number }];
    }
    return Job;
}());
var Scheduler = /** @class */ (function () {
    function Scheduler() {
        this.open = new Set();
        this.history = [];
    }
    Scheduler.prototype.add = function (job) {
        this.open.add(job);
        this.history.push(job);
    };
    return Scheduler;
}());
var scheduler = new Scheduler();
var number = 0;
function round(sizes) {
    if (sizes.length === 0)
        return;
    for (var left = sizes[0]; left > 0; left--)
        scheduler.add(new Job(number++));
    process.emit("round");
    setTimeout(round, 400, sizes.slice(1));
}
round([60, 60, 180]);
setTimeout(function () { }, 60000);
