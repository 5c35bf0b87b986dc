class Receipt { constructor(i) { this.number = `receipt ${i}`; } }
const receipts = new Set();
function unit(i) { receipts.add(new Receipt(i)); }
