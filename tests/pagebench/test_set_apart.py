"""Growth that is not the page's: an extension, hot reload, hooks of DevTools."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.analysis.series.series import load_series
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder
from tests.conftest import SERIES_NAMES
from tests.pagebench.capture import directory
from tests.variants.forms import PACKAGE_FILES, executable, install
from tests.variants.running import LONGEST, digest

HERE: Final = Path(__file__).parent / "set_apart"
SIZES: Final = (50, 150, 350)
EXTENSION: Final = "chrome-extension://abcdefgh"


def page(number: int, holder: str, *, also_page: bool = False) -> HeapGraph:
    """Build a page in which one object has an Array of records."""
    builder = SnapshotBuilder.from_edges("root^1>global global[9]>document global.app>app")
    builder.node("global", type="native", name="Window / http://shop.example", node_id=901)
    builder.node("document", type="native", name="HTMLDocument", node_id=903)
    builder.node("app", name="App", node_id=905).node("list", name="Array", node_id=907)
    for fixed in range(40):
        builder.node(f"fixed{fixed}", node_id=101 + 2 * fixed)
        builder.edge("global", f"fixed{fixed}", f"fixed{fixed}")
    if holder == "extension":
        builder.node("window", name=f"Window / {EXTENSION}", node_id=909)
        builder.edge("root", "window", "extension", type="internal")
        builder.edge("window", "list", "records")
    else:
        builder.node("hook", node_id=909)
        builder.edge("global", "hook", holder).edge("hook", "list", "records")
    if also_page:
        builder.edge("app", "list", "records")
    for place in range(number):
        builder.node(f"{place}", name="Record", size=400, node_id=10_001 + 2 * place)
        builder.edge("list", f"{place}", place, type="element")
    return builder.graph()


def diagnosed(holder: str, *, also_page: bool = False) -> Diagnosis:
    return diagnose(load_series([page(size, holder, also_page=also_page) for size in SIZES]))


@pytest.mark.parametrize(
    ("holder", "says"),
    [
        ("extension", f"A browser extension (`{EXTENSION}`), not the page, keeps 50 → 150 → 350"),
        ("__REACT_DEVTOOLS_GLOBAL_HOOK__", "A hook of DevTools, not the page, keeps 50 → 150"),
    ],
)
def test_what_only_something_beside_the_page_holds_is_no_leak_of_the_page(
    holder: str, says: str
) -> None:
    diagnosis = diagnosed(holder)
    assert (diagnosis.verdict, diagnosis.suspects) == ("no-leak", ())
    assert says in diagnosis.reason
    assert "`Record` objects" in diagnosis.reason


@pytest.mark.parametrize("holder", ["extension", "__REACT_DEVTOOLS_GLOBAL_HOOK__"])
def test_what_the_page_holds_as_well_is_its_leak(holder: str) -> None:
    diagnosis = diagnosed(holder, also_page=True)
    assert diagnosis.verdict == "leak"
    assert diagnosis.suspects[0].class_name == "Record"
    assert "not the page" not in diagnosis.reason


def captured(folder: Path, chromium: str, mode: str, *more: Path) -> list[Path]:
    command = [executable("node"), HERE / "capture.mjs", folder, mode, *more]
    subprocess.run(
        [str(part) for part in command],
        check=True,
        timeout=LONGEST,
        env={**os.environ, "HEAPNB_CHROMIUM": chromium},
    )
    return [folder / f"{name}.heapsnapshot" for name in SERIES_NAMES]


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.browser
def test_an_extension_in_chromium(tmp_path: Path, chromium: str) -> None:
    diagnosis = diagnose(captured(tmp_path, chromium, "extension"))
    assert diagnosis.verdict == "no-leak"
    assert "A browser extension (`chrome-extension://" in diagnosis.reason
    # Three for each of the clicks.
    assert "60 → 180 → 420 `WordCount` objects" in diagnosis.reason


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.browser
@pytest.mark.parametrize(
    ("project", "says"),
    [
        ("hot_reload", "Hot reload, not the page, keeps"),
        ("hot_reload_svelte", "Hot reload, not the page, keeps"),
        # webpack replaces a module and keeps nothing of the version before.
        (
            "hot_reload_webpack",
            "Objects of the browser itself grew, which hold nothing of the page",
        ),
    ],
)
def test_hot_reload(project: str, says: str, tmp_path: Path, chromium: str) -> None:
    folder = tmp_path / "project"
    shutil.copytree(HERE / project, folder)
    packages = directory() / f"hot-reload-{digest(*(folder / name for name in PACKAGE_FILES))}"
    install(folder, packages)
    shutil.copytree(packages / "node_modules", folder / "node_modules", symlinks=True)
    diagnosis = diagnose(captured(tmp_path, chromium, "hot-reload", folder))
    assert (diagnosis.verdict, diagnosis.suspects) == ("no-leak", ())
    assert says in diagnosis.reason
    assert "blink::" not in diagnosis.reason
