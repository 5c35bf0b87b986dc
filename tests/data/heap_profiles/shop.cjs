"use strict";
// Samples its own allocations twice, and writes `NAME-1.heapprofile` and `NAME-2.heapprofile`.
const fs = require("fs");
const inspector = require("inspector");
const path = require("path");
const { Rows } = require("rowkit");

class Order {
  constructor(number) {
    this.number = number;
    this.lines = new Array(40).fill(number);
  }
}

const results = new Map();
const orders = [];

function search(term) {
  const rows = new Rows();
  for (let i = 0; i < 60; i++) rows.add({ term, i, text: `${term}-${i}-${Math.random()}` });
  results.set(term, rows);
}

function temporary() {
  let sum = 0;
  for (let i = 0; i < 500; i++) sum += [i, i + 1, i + 2].length;
  return sum;
}

function handle(number) {
  search(`term${number}`);
  temporary();
  if (number % 4 === 0) orders.push(new Order(number));
}

function serve(count) {
  for (let i = 0; i < count; i++) handle(results.size);
}

const session = new inspector.Session();
session.connect();
const write = (name, { profile }) => fs.writeFileSync(`${path.resolve(process.argv[2])}-${name}.heapprofile`, JSON.stringify(profile));
session.post("HeapProfiler.enable", () => {
  session.post("HeapProfiler.startSampling", { samplingInterval: 16384 }, () => {
    serve(400);
    session.post("HeapProfiler.getSamplingProfile", (error, answer) => {
      if (error) throw error;
      write("1", answer);
      serve(800);
      session.post("HeapProfiler.stopSampling", (problem, last) => {
        if (problem) throw problem;
        write("2", last);
      });
    });
  });
});
