"""Pods of a service in two builds, with snapshots of each thread; some pods run out of memory.

``python -m tests.fleet.pods FOLDER --pods 24`` starts real Node processes with heapnb's kit and
leaves what a cluster would: ``pod=shop-01/`` with snapshots, side files, a log of memory and the
exit code. Every third pod exports orders, which leaks in both builds and kills it in the end; the
canary, build 1.4.2, also leaks listeners.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from heapnb.capture.kit import kit as kit_module

SERVICE: Final = Path(__file__).with_name("service.cjs")
CONTROL, CANARY = "1.4.1", "1.4.2"
_KIT: Final = Path(kit_module.__file__).with_name(kit_module.SCRIPT)
_SECONDS: Final = 900


@dataclass(frozen=True)
class Pod:
    """One pod.

    Parameters
    ----------
    name, build : str
        Its name, and the version of the service.
    exports : bool
        Whether it exports orders.
    until_killed : bool
        Whether it goes on until the heap is full.
    workers : int
        Threads besides the main one.
    snapshots, requests : int
        Snapshots of each thread, and the requests before the first of them.
    """

    name: str
    build: str
    exports: bool = False
    until_killed: bool = False
    workers: int = 0
    snapshots: int = 3
    requests: int = 300

    @property
    def settings(self) -> str:
        """What the service reads."""
        values = asdict(self)
        values["untilKilled"] = values.pop("until_killed")
        return json.dumps(values)


def pods(count: int, workers: int = 2) -> list[Pod]:
    """Choose the pods of a fleet: half of them canaries, every third one with exports."""
    return [
        Pod(
            f"shop-{number:02}",
            CANARY if number % 2 else CONTROL,
            exports=number % 3 == 0,
            until_killed=number % 3 == 0,
            workers=workers if number % 4 == 0 else workers - 1 if workers else 0,
        )
        for number in range(1, count + 1)
    ]


def run_pod(pod: Pod, folder: Path, node: str = "node") -> int:
    """Run a pod to its end; what it leaves is in ``pod=NAME/``."""
    # In a container, the program is at the same place in each build.
    app = folder / f".build-{pod.build}" / "srv" / "shop"
    app.mkdir(parents=True, exist_ok=True)
    shutil.copy(SERVICE, app / "service.cjs")
    package = {"name": "shop", "version": pod.build}
    (app / "package.json").write_text(json.dumps(package))
    home = folder / f"pod={pod.name}"
    home.mkdir()
    environment: Mapping[str, str] = {
        **{key: value for key, value in os.environ.items() if not key.startswith("HEAPNB_KIT")},
        "HEAPNB_KIT_DIR": str(home),
        "HEAPNB_KIT_THRESHOLDS": "off",
        "HEAPNB_KIT_ALARM": "off",
        "HEAPNB_KIT_NEAR_HEAP_LIMIT": "off",
        "HEAPNB_KIT_LOG": "1s",
        "HEAPNB_KIT_WORK": "requests",
        "HEAPNB_KIT_MESSAGES": "off",
        "POD_SETTINGS": pod.settings,
    }
    command = [node, "--expose-gc", "--max-old-space-size=96", "--require", str(_KIT)]
    done = subprocess.run(
        [*command, str(app / "service.cjs")],
        env=environment,
        cwd=home,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    # As a shell and Kubernetes count: a signal is 128 and its number.
    code = 128 - done.returncode if done.returncode < 0 else done.returncode
    (home / "exit_code").write_text(f"{code}\n")
    return code


def run_fleet(folder: Path, chosen: list[Pod], at_once: int = 4) -> dict[str, int]:
    """Run pods, some at a time; return their exit codes by name."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(at_once) as threads:
        codes = list(threads.map(lambda pod: run_pod(pod, folder), chosen))
    return {pod.name: code for pod, code in zip(chosen, codes, strict=True)}


def main() -> None:
    """Run a fleet from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pods", type=int, default=24)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--at-once", type=int, default=4)
    given = parser.parse_args()
    codes = run_fleet(given.folder, pods(given.pods, given.workers), given.at_once)
    for name, code in codes.items():
        sys.stdout.write(f"{name}: exit code {code}\n")


if __name__ == "__main__":
    main()
