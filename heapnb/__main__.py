"""``python -m heapnb``."""

from __future__ import annotations

import sys

from heapnb.cli import main

if __name__ == "__main__":
    sys.exit(main())
