"""`hn.watch` in a real JupyterLab: a chart that follows a running program."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jupyter.lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.node]

GROWING = Path(__file__).parents[1] / "live" / "programs" / "growing.js"


@pytest.fixture
def program() -> Iterator[int]:
    node = shutil.which("node")
    assert node is not None
    command = [node, "--expose-gc", str(GROWING), "40"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


def test_the_chart_follows_the_program(book: Notebook, program: int, pictures: Path) -> None:
    book.run(f"watch = hn.watch({program}, interval=0.2)\nwatch")
    chart = book.page.locator(".hn-memory").last
    chart.locator("polyline").first.wait_for()
    line = chart.locator("polyline").first
    before = line.get_attribute("points") or ""
    book.page.wait_for_function(
        "n => [...document.querySelectorAll('.hn-memory')].at(-1)"
        ".querySelector('polyline').getAttribute('points').split(' ').length > n",
        arg=len(before.split()) + 5,
    )
    assert "growing.js" in chart.inner_text()
    assert "Heap used" in chart.inner_text()
    chart.screenshot(path=pictures / "watch.png")
    book.run("watch.stop()")
    chart.get_by_text("stopped", exact=True).wait_for()
