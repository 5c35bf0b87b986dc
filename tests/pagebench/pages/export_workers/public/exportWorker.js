onmessage = ({ data }) => {
  postMessage(data.map((row) => Object.values(row).join(';')).join('\n'));
};
