'use strict';

// A dashboard that looks at a query and turns away again before its answer is there.

const { QueryClient, QueryObserver } = require('react-query/core');

const client = new QueryClient({ defaultOptions: { queries: { cacheTime: 2, retry: false } } });
client.mount();

class Report {
  constructor(number) {
    this.number = number;
    this.rows = Array.from({ length: 10 }, (_, row) => `${number}/${row}`);
  }
}

function fetchReport(number) {
  return new Promise((resolve) => setTimeout(() => resolve(new Report(number)), 8));
}

exports.work = async (number) => {
  let answered;
  const answer = new Promise((resolve) => {
    answered = resolve;
  });
  const observer = new QueryObserver(client, {
    queryKey: ['report', number],
    queryFn: () => fetchReport(number).finally(answered),
  });
  const unsubscribe = observer.subscribe(() => {});
  unsubscribe();
  await answer;
  await new Promise((resolve) => setTimeout(resolve, 4));
};
