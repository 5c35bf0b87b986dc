const chunks = [];
function unit(i) { chunks.push(Buffer.alloc(3000, i)); }
