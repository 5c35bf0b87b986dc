"""Write a sampling heap profile of a page in Chromium.

    python -m tests.timeline.make_chromium_heap_profile CHROMIUM

The page runs the program of the allocation time lines from ``/srv/shop``, so that the file says
nothing about the machine; needs ``/srv`` writable.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

import heapnb as hn
from tests.capture.running import chromium_running

DATA: Final = Path(__file__).parent.parent / "data"
SHOP: Final = DATA / "allocations" / "shop.js"
FOLDER: Final = Path("/srv/shop")
PAGE: Final = (
    "<!doctype html><title>Shop</title><script src=shop.js></script>"
    "<script>let round = 0; setInterval(() => work(round++), 20)</script>"
)


def main() -> None:
    """Sample the page for two seconds."""
    FOLDER.mkdir()
    try:
        shutil.copy(SHOP, FOLDER)
        page = FOLDER / "index.html"
        page.write_text(PAGE)
        with (
            tempfile.TemporaryDirectory() as folder,
            chromium_running(sys.argv[1], Path(folder), page, "Shop") as port,
        ):
            out = Path(folder) / "chromium.heapprofile"
            hn.capture(port=port, kind="heap-profile", seconds=2, sampling=16_384, out=out)
            content = gzip.compress(out.read_bytes(), 9, mtime=0)
        (DATA / "heap_profiles" / "chromium-1.heapprofile.gz").write_bytes(content)
    finally:
        shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main()
