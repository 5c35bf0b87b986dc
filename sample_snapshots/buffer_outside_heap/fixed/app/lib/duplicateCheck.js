'use strict';

const SIGNATURE_LENGTH = 32;
const SCANS_KNOWN = 60;

/** Whoever presses the button twice sends the same scan again: it begins with the same bytes. */
class DuplicateCheck {
  constructor() {
    this.signatures = new Map(); // by the name of the scan, the oldest first
  }

  isKnown(scan) {
    const signature = scan.toString('base64', 0, SIGNATURE_LENGTH);
    for (const known of this.signatures.values()) if (known === signature) return true;
    return false;
  }

  remember(name, scan) {
    this.signatures.set(name, scan.toString('base64', 0, SIGNATURE_LENGTH)); // a copy
    if (this.signatures.size > SCANS_KNOWN) this.signatures.delete(this.signatures.keys().next().value);
  }
}

module.exports = { DuplicateCheck };
