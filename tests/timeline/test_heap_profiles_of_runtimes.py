"""Heap profiles that runtimes write today."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.errors import LogFormatError
from tests.node_versions import NODE_VERSIONS, runtime

DATA = Path(__file__).parent.parent / "data" / "heap_profiles"

PLAIN = """globalThis.kept = []; function fill(n) { kept.push({ n, text: `${n}`.repeat(9) }); }
for (let n = 0; n < 20000; n++) fill(n);
"""
"""A program that keeps what it allocates."""

pytestmark = [pytest.mark.slow, pytest.mark.node]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Copy the program that samples itself."""
    shutil.copytree(DATA / "packages", tmp_path / "node_modules")
    return Path(shutil.copy(DATA / "shop.cjs", tmp_path))


def run(shop: Path, *command: str) -> None:
    subprocess.run(command, cwd=shop.parent, check=True, timeout=120, capture_output=True)


@pytest.mark.parametrize("name", [*NODE_VERSIONS, "deno"])
def test_sampling_by_the_inspector(name: str, shop: Path) -> None:
    arguments = ("run", "-A") if name == "deno" else ()
    run(shop, runtime(name), *arguments, shop.name, "sampled")
    before, after = (hn.read_heap_profile(shop.parent / f"sampled-{n}.heapprofile") for n in (1, 2))
    # Sampling is random, and the compiler may have inlined one of the two.
    assert "search" in set(before.table["function"][:2])
    assert before.sample_count
    assert before.by_package().set_index("package").loc["rowkit", "kind"] == "npm"
    assert "search" in set(hn.diff_heap_profiles(before, after).table["function"][:2])


@pytest.mark.parametrize("name", NODE_VERSIONS)
def test_the_flag_of_node(name: str, shop: Path) -> None:
    script = shop.with_name("plain.cjs")
    script.write_text(PLAIN)
    flags = ("--heap-prof", "--heap-prof-interval=4096", "--heap-prof-name=flag.heapprofile")
    run(shop, runtime(name), *flags, script.name)
    columns = hn.read_heap_profile(shop.parent / "flag.heapprofile").columns()
    place = columns["function"].index("fill")
    assert columns["package"][place] == "own code"
    # With this flag, Node.js 18 and 20 write no files.
    expected = None if name in {"18", "20"} else f"{script}:1:36"
    assert columns["location"][place] == expected


def test_the_flag_of_bun_writes_a_snapshot(shop: Path) -> None:
    script = shop.with_name("plain.cjs")
    script.write_text(PLAIN)
    run(shop, runtime("bun"), "--heap-prof", "--heap-prof-name=bun.heapprofile", script.name)
    with pytest.raises(LogFormatError, match="it is a heap snapshot"):
        hn.read_heap_profile(shop.parent / "bun.heapprofile")
    assert hn.load(shop.parent / "bun.heapprofile").summary().node_count > 1000
