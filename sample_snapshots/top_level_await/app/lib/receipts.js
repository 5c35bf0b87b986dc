const BLOCK_BYTES = 32;

let receiptCount = 0;

export class UploadReceipt {
  constructor(file, headers) {
    this.number = ++receiptCount;
    this.file = file;
    this.sender = headers['x-sender'];
    this.blocks = [];
    this.size = 0;
  }

  take(chunk) {
    for (let at = 0; at < chunk.length; at += BLOCK_BYTES) {
      const block = chunk.subarray(at, at + BLOCK_BYTES);
      this.blocks.push({ from: this.size + at, sum: block.reduce((sum, byte) => sum + byte, 0) });
    }
    this.size += chunk.length;
  }

  get summary() {
    return { number: this.number, size: this.size, blocks: this.blocks };
  }
}
