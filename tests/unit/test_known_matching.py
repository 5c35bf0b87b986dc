"""A suspect is a known leak only if the package takes part, in a version that has the leak."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Suspect
from heapnb.analysis.installed_versions import installed_versions
from heapnb.graph import HeapGraph
from heapnb.graph.lock_files import npm_versions, pnpm_versions, yarn_versions
from heapnb.graph.source_files import SourceFiles
from heapnb.testing import SnapshotBuilder
from heapnb.views.wording import known_text, origin_text
from tests.unit.test_detectors import SIZES, Fill, cache_of_class, heap

SCRIPT = "/srv/app/node_modules/some-cache/index.js"
STORED = "/srv/app/node_modules/.pnpm/some-cache@1.3.0/node_modules/some-cache/index.js"

ENTRY = """
[[leak]]
id = "{id}"
package = "{package}"
affected = ">=1.2.0 <1.4.1"
fixed_in = "1.4.1"
issue = "https://github.com/someone/some-cache/issues/17"
title = "`delete` leaves the entry"
class = ["{of_class}"]
holder = ["{holder}"]
kind = ["{kind}"]
advice = "Update `some-cache` to 1.4.1."
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return write(tmp_path / "own.toml")


def write(
    file: Path,
    *,
    name: str = "some-cache-delete",
    package: str = "some-cache",
    of_class: str = "(string)",
    holder: str = "entries",
    kind: str = "unbounded-map",
    more: str = "",
) -> Path:
    text = ENTRY.format(id=name, package=package, of_class=of_class, holder=holder, kind=kind)
    file.write_text(text + more, encoding="utf-8")
    return file


def suspect(
    fill: Fill, known_leaks: Path | Sequence[Path], sources: SourceFiles | None = None
) -> Suspect:
    heaps = [HeapGraph(heap(fill, n).raw, source_files=sources) for n in SIZES]
    diagnosis = diagnose(heaps, known_leaks=known_leaks)
    assert diagnosis.verdict == "leak"
    return diagnosis.suspects[0]


def test_the_version_is_in_the_path(own: Path) -> None:
    found = suspect(cache_of_class(STORED), own)
    assert found.known is not None
    assert found.known.version == "1.3.0"
    assert found.origin == "package"
    assert found.to_dict()["known"] == {
        "package": "some-cache",
        "versions": ">=1.2.0 <1.4.1",
        "version": "1.3.0",
        "issue": "https://github.com/someone/some-cache/issues/17",
        "fixed_in": "1.4.1",
        "advice": "Update `some-cache` to 1.4.1.",
    }
    assert known_text(found.known) == "`some-cache` #17, fixed in 1.4.1; you run 1.3.0"
    assert found.fix == "Update `some-cache` to 1.4.1."
    assert "Known leak: `some-cache` #17" in found.explanation


@pytest.mark.parametrize("version", ["1.1.0", "1.4.1", "2.0.0"])
def test_another_version_is_not_that_leak(own: Path, version: str) -> None:
    found = suspect(cache_of_class(STORED.replace("1.3.0", version)), own)
    assert found.known is None


def test_a_version_that_nothing_tells(own: Path) -> None:
    found = suspect(cache_of_class(SCRIPT), own)
    assert found.known is not None
    assert found.known.version is None
    assert known_text(found.known).endswith(
        "affected versions: >=1.2.0 <1.4.1; your version is not in the snapshot"
    )
    assert found.fix.startswith("If you run `some-cache` >=1.2.0 <1.4.1: Update")
    assert "Probably a known leak" in found.explanation


@pytest.mark.parametrize(
    "change",
    [
        {"package": "another-cache"},
        {"of_class": "Session"},
        {"holder": "sessions"},
        {"kind": "timers"},
        {"more": 'within = ["another-cache"]'},
    ],
)
def test_everything_has_to_match(tmp_path: Path, change: dict[str, str]) -> None:
    assert suspect(cache_of_class(STORED), write(tmp_path / "own.toml", **change)).known is None


def test_words_stand_for_code_that_has_no_path(tmp_path: Path) -> None:
    file = write(tmp_path / "own.toml", more='within = ["Cache"]')
    found = suspect(cache_of_class("/srv/app/bundle.js"), file)
    assert found.known is not None
    assert found.origin == "package"


def test_the_programs_own_code_is_no_package(own: Path) -> None:
    found = suspect(cache_of_class("/srv/app/some-cache/index.js"), own)
    assert found.known is None
    assert (found.origin, origin_text(found)) == ("program", "the program")


def test_code_of_the_runtime_alone() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        cache_of_class("node:internal/cache")(builder, n)
        builder.edge("app", "info", "shared", type="internal")

    found = suspect(fill, ())
    assert found.origin == "runtime"
    assert origin_text(found) == "the runtime (Node.js)"


def test_a_certain_version_goes_first(tmp_path: Path) -> None:
    unsure = write(tmp_path / "a.toml", name="a", more='within = ["Cache"]')
    text = unsure.read_text(encoding="utf-8").replace('"some-cache"', '"other"')
    unsure.write_text(text, encoding="utf-8")
    sure = write(tmp_path / "b.toml", name="b")
    found = suspect(cache_of_class(STORED), [unsure, sure])
    assert found.known is not None
    assert found.known.id == "b"


def installed(root: Path, version: str, folder: str = "node_modules/some-cache") -> None:
    manifest = root / folder / "package.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"name": "some-cache", "version": version}), encoding="utf-8")


def test_the_version_is_in_the_sources(own: Path, tmp_path: Path) -> None:
    installed(tmp_path, "1.4.0")
    installed(tmp_path, "1.1.0", "node_modules/other/node_modules/some-cache")
    sources = SourceFiles([tmp_path])
    found = suspect(cache_of_class(SCRIPT), own, sources)
    assert found.known is not None
    assert found.known.version == "1.4.0"
    nested = "/srv/app/node_modules/other/node_modules/some-cache/index.js"
    assert suspect(cache_of_class(nested), own, sources).known is None


@pytest.mark.parametrize(
    ("versions", "expected"),
    [(["1.3.0"], "1.3.0"), (["1.5.0"], "not known"), (["1.3.0", "1.5.0"], None)],
)
def test_the_version_is_in_the_lock_file(
    own: Path, tmp_path: Path, versions: list[str], expected: str | None
) -> None:
    packages = {f"x{n}/node_modules/some-cache": {"version": v} for n, v in enumerate(versions)}
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}), "utf-8")
    known = suspect(cache_of_class(SCRIPT), own, SourceFiles([tmp_path])).known
    assert (known.version if known is not None else "not known") == expected


@pytest.mark.parametrize(
    ("more", "expected"), [("license", "1.3.0"), ("description", None)], ids=["manifest", "other"]
)
def test_the_version_is_in_a_manifest_in_the_heap(
    own: Path, more: str, expected: str | None
) -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        cache_of_class(SCRIPT)(builder, n)
        builder.node("manifest", name="Object", node_id=911)
        builder.edge("scope", "manifest", "m", type="context")
        texts = {"name": "some-cache", "version": "1.3.0", more: "MIT"}
        for number, (name, text) in enumerate(texts.items()):
            builder.node(f"of {name}", type="string", name=text, node_id=921 + 2 * number)
            builder.edge("manifest", f"of {name}", name)

    known = suspect(fill, own).known
    assert known is not None
    assert known.version == expected


def test_npm_lock_files() -> None:
    packages = {
        "": {"version": "0.1.0"},
        "node_modules/ws": {"version": "8.1.0"},
        "node_modules/a/node_modules/ws": {"version": "7.0.0"},
        "node_modules/@b/ws": {"version": "3.0.0"},
    }
    assert list(npm_versions(json.dumps({"packages": packages}), "ws")) == ["8.1.0", "7.0.0"]
    assert list(npm_versions(json.dumps({"packages": packages}), "@b/ws")) == ["3.0.0"]
    nested = {"a": {"version": "1.0.0", "dependencies": {"ws": {"version": "7.0.0"}}}}
    assert list(npm_versions(json.dumps({"dependencies": nested}), "ws")) == ["7.0.0"]
    for damaged in ("", "[]", '{"packages": []}', '{"packages": {"node_modules/ws": {}}}'):
        assert not list(npm_versions(damaged, "ws"))


@pytest.mark.parametrize(
    "key", ["/ws/8.1.0", "/ws@8.1.0", "ws@8.1.0", "ws@8.1.0(peer@1.0.0)", "/ws/8.1.0_peer@1.0.0"]
)
def test_pnpm_lock_files(key: str) -> None:
    text = f"packages:\n\n  {key}:\n    resolution: {{}}\n\n  '@b/ws@3.0.0':\n    dev: true\n"
    assert list(pnpm_versions(text, "ws")) == ["8.1.0"]
    assert list(pnpm_versions(text, "@b/ws")) == ["3.0.0"]


@pytest.mark.parametrize(
    "text",
    [
        'ws@^8.0.0, ws@8.x:\n  version "8.1.0"\n\n"@b/ws@^3.0.0":\n  version "3.0.0"\n',
        '"ws@npm:^8.0.0":\n  version: 8.1.0\n\n"@b/ws@npm:^3.0.0":\r\n  version: 3.0.0\n',
    ],
)
def test_yarn_lock_files(text: str) -> None:
    assert list(yarn_versions(text, "ws")) == ["8.1.0"]
    assert list(yarn_versions(text, "@b/ws")) == ["3.0.0"]


def test_what_svelte_tells_the_page_is_its_version() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.__svelte>told told.v>set set/table>table table/5>five"
    )
    builder.node("set", name="Set").node("five", type="string", name="5")
    builder.node("table", type="array", size=16 + 8 * (3 + 2 + 2 * 4))
    graph = builder.graph()
    assert installed_versions(graph, "svelte") == ("5",)
    assert installed_versions(graph, "vue") == ()
