// Sloppy mode: a forgotten declaration.

function Measurement(name, milliseconds) {
  this.name = name;
  this.milliseconds = milliseconds;
  this.tags = ['region:eu', 'host:' + name.length];
}

function startMeasuring() {
  measurements = [];
}

function measure(name, action) {
  var begin = process.hrtime.bigint();
  action();
  measurements.push(new Measurement(name, Number(process.hrtime.bigint() - begin) / 1e6));
}

startMeasuring();

module.exports.work = function (number) {
  measure('render ' + number, function () {
    return JSON.stringify({ number: number });
  });
};
