"""A service in Node that leaks, and the snapshots that a person takes of it by a signal."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Final

SERVICE: Final = Path(__file__).parent / "service"

ORDERS: Final = (40, 80, 120)
"""How many orders come before each snapshot, so that 40, 120 and 240 stay."""

_PATIENCE_SECONDS: Final = 60


def take_snapshots(folder: Path) -> list[Path]:
    """Run the service in a folder, send it orders, and make it write three snapshots.

    Parameters
    ----------
    folder : Path
        Gets a copy of the service, and the files with the names that Node gives them.

    Returns
    -------
    list of Path
        In the order in which they were taken.
    """
    shutil.copytree(SERVICE, folder, dirs_exist_ok=True)
    node = subprocess.Popen(
        ["node", "--heapsnapshot-signal=SIGUSR2", "app.mjs"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert node.stdout is not None
        address = f"http://127.0.0.1:{int(node.stdout.readline())}"
        taken: list[Path] = []
        for number in ORDERS:
            for _ in range(number):
                _get(f"{address}/order")
            node.send_signal(signal.SIGUSR2)
            taken += [_next_file(folder, taken)]
            # It answers again when the file is complete.
            _get(f"{address}/")
    finally:
        node.kill()
        node.communicate()
    return taken


def _get(url: str) -> None:
    with urllib.request.urlopen(url, timeout=_PATIENCE_SECONDS) as response:
        response.read()


def _next_file(folder: Path, known: list[Path]) -> Path:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        new = set(folder.glob("Heap.*.heapsnapshot")) - set(known)
        if new:
            return new.pop()
        time.sleep(0.02)
    raise AssertionError("Node wrote no snapshot")
