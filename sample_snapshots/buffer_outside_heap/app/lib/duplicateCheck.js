'use strict';

const SIGNATURE_LENGTH = 32;

/** Whoever presses the button twice sends the same scan again: it begins with the same bytes. */
class DuplicateCheck {
  constructor() {
    this.signatures = new Map(); // by the name of the scan
  }

  isKnown(scan) {
    const signature = scan.subarray(0, SIGNATURE_LENGTH);
    for (const known of this.signatures.values()) if (known.equals(signature)) return true;
    return false;
  }

  remember(name, scan) {
    this.signatures.set(name, scan.subarray(0, SIGNATURE_LENGTH));
  }
}

module.exports = { DuplicateCheck };
