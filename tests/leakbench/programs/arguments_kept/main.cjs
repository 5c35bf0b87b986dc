// For debugging, the arguments of every call are kept.

var calls = [];

function traced(fn) {
  return function () {
    calls.push(arguments);
    return fn.apply(this, arguments);
  };
}

var total = traced(function (order, discount) {
  return order.cents * (1 - discount);
});

exports.work = function (number) {
  total({ id: 'order ' + number, cents: number * 100 }, 0.1);
};
