"""The installed example, and snapshots of a program that it knows."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, find_node

EXAMPLE = ROOT / "docs" / "examples" / "acme-heapnb"

LIBRARY = """
const openLedgers = new Set();
export class Ledger {
  constructor(account, state) {
    this.account = account;
    this.state = state;
    openLedgers.add(this);
  }
  close() { openLedgers.delete(this); }
}
"""


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the example and install it into a folder of its own."""
    folder = tmp_path_factory.mktemp("plugins")
    source = folder / "source"
    shutil.copytree(EXAMPLE, source)
    target = folder / "installed"
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *offline, "-q", "-t", str(target), str(source)],
        check=True,
        capture_output=True,
    )
    return target


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Run a service that opens ledgers and never closes them."""
    folder = tmp_path_factory.mktemp("service")
    library = folder / "node_modules" / "acme-ledger"
    library.mkdir(parents=True)
    (library / "index.js").write_text(LIBRARY, encoding="utf-8")
    description = {"name": "acme-ledger", "version": "1.4.0", "type": "module", "main": "index.js"}
    (library / "package.json").write_text(json.dumps(description), encoding="utf-8")
    program = folder / "service.mjs"
    shutil.copy(Path(__file__).with_name("service.mjs"), program)
    subprocess.run([find_node() or "node", str(program), str(folder)], check=True, cwd=folder)
    return [folder / f"s{number}.heapsnapshot" for number in (1, 2, 3)]
