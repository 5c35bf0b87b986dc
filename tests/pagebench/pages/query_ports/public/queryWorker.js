const TABLES = ['bolts', 'nuts', 'pins'];
const rows = Array.from({ length: 300 }, (_, number) => ({ number, table: TABLES[number % 3], amount: number * 7 }));
const subscribers = new Set();

onmessage = ({ data: table, ports: [port] }) => {
  subscribers.add(port);
  port.onmessage = () => port.postMessage(rows.filter((row) => row.table === table).slice(0, 5));
  port.postMessage(rows.filter((row) => row.table === table).slice(0, 5));
};
