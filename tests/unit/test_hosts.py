"""No text of the repository names the host of a package registry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.conftest import ROOT

FOLDERS = (".ci", "docs", "heapnb", "notebooks", "requirements", "sample_snapshots", "tests")
BINARY = {".gz", ".zst", ".png", ".pyc", ".parquet", ".arrow", ".heapsnapshot", ".nbc", ".nbi"}
# In halves, so that this file names none of them either.
HOSTS = [
    ("registry.npm", "js.org"),
    ("registry.npm", "mirror.com"),
    ("registry.yarn", "pkg.com"),
    ("npm.pkg.", "github.com"),
    ("npm", "js.com"),
    ("npm.js", "r.io"),
    ("js", "r.io"),
    ("py", "pi.org"),
    ("python", "hosted.org"),
    ("crates", ".io"),
    ("proxy.go", "lang.org"),
    ("rubygems", ".org"),
]
PATTERN = re.compile("|".join(rf"\b{re.escape(''.join(halves))}\b" for halves in HOSTS))


def texts() -> Iterator[Path]:
    files = chain(ROOT.glob("*"), *((ROOT / folder).rglob("*") for folder in FOLDERS))
    for path in files:
        if path.is_file() and path.suffix not in BINARY and "node_modules" not in path.parts:
            yield path


def test_no_text_names_the_host_of_a_registry() -> None:
    named = {
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in texts()
        if (found := PATTERN.search(path.read_bytes().decode("utf-8", "replace")))
    }
    assert not named
