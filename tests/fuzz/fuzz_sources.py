"""The program's files: source maps, scripts that name or contain them, manifests, lock files."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from heapnb.graph.lock_files import LOCK_FILES
from heapnb.graph.source_files import Place, SourceFiles
from tests.fuzz.harness import Reader, as_file
from tests.fuzz.mutation import Structure

DATA = Path(__file__).parents[1] / "data" / "sourcemaps"
_PLACES = ((1, 1), (1, 655), (1, 700), (1, 1000), (3, 660), (4_000_000_000, 4_000_000_000))


def _maps() -> tuple[bytes, ...]:
    content = (DATA / "dist" / "server.cjs.map").read_bytes()
    parsed = json.loads(content)
    sections = {
        "version": 3,
        "sections": [{"offset": {"line": 2, "column": 4}, "map": parsed}],
    }
    small = parsed | {"sourceRoot": "webpack://app/", "sourcesContent": None}
    return content, json.dumps(sections).encode(), json.dumps(small).encode()


def _look_up(sources: SourceFiles, script: str) -> list[object]:
    found: list[object] = []
    for line, column in _PLACES:
        place = sources.original(script, line, column)
        found += [place, sources.original_name(script, line, column)]
        if place is not None:
            assert place.line >= 1 <= place.column
            found.append(sources.embedded_text(script, place))
    return [*found, sources.originals(script)]


def _read_map(data: bytes) -> object:
    path = as_file(data, "maps/server.cjs.map")
    found = _look_up(SourceFiles(maps=[path.parent]), "/srv/dist/server.cjs")
    assert any(isinstance(one, Place) for one in found), "no position has an original"
    return found


def _check_map(data: bytes) -> None:
    path = as_file(data, "maps/server.cjs.map")
    first, second = (SourceFiles(maps=[path.parent]) for _ in range(2))
    answers = _look_up(first, "/srv/dist/server.cjs")
    assert answers == _look_up(second, "/srv/dist/server.cjs"), "reading twice"


def _scripts() -> tuple[bytes, ...]:
    content = (DATA / "dist" / "server.cjs.map").read_bytes()
    inline = base64.b64encode(content)
    start = b"'use strict';\nfunction a(b) { return b; }\n//# sourceMappingURL="
    return (
        start + b"data:application/json;base64," + inline,
        start + b"data:application/json;charset=utf-8;base64," + inline + b"\n",
        start + b"data:application/json,%7B%22version%22:3%7D",
        start + b"../maps/server.cjs.map",
        start + b"server.cjs.map?x=1 \n",
    )


def _read_script(data: bytes) -> list[object]:
    path = as_file(data, "dist/server.cjs")
    as_file(_maps()[2], "dist/server.cjs.map")
    return _look_up(SourceFiles(roots=[path.parent]), "file:///srv/dist/server.cjs")


def _check_script(data: bytes) -> None:
    assert _read_script(data) == _read_script(data), "reading twice"


_NPM = {
    "packages": {"": {"version": "1.0.0"}, "node_modules/ws": {"version": "8.1.0"}},
    "dependencies": {"ws": {"version": "8.1.0", "dependencies": {"ws": {"version": "7.0.0"}}}},
}
_LOCK_FILES = (
    json.dumps(_NPM, indent=1).encode(),
    b"packages:\n\n  /ws/8.1.0:\n    dev: true\n  /ws@8.1.0(peer@1.0.0):\n  'ws@7.0.0':\n",
    b'"ws@^8.0.0", ws@*:\n  version "8.1.0"\n\nws@npm:7:\n  version: 7.0.0\n',
    b'{"name": "ws", "version": "8.1.0"}',
)


def _read_lock_file(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace")
    return [version for read in set(LOCK_FILES.values()) for version in read(text, "ws")]


def _check_lock_file(data: bytes) -> None:
    assert all(isinstance(version, str) for version in _read_lock_file(data))
    path = as_file(data, "locked/node_modules/ws/package.json")
    sources = SourceFiles(roots=[path.parents[2]])
    version = sources.package_version("ws", "/srv/node_modules/ws/index.js:1:1")
    assert version is None or isinstance(version, str)


READERS = (
    Reader(
        "source-maps",
        _maps,
        _read_map,
        _check_map,
        words=(b'"mappings"', b'"sources"', b'"names"', b'"sections"', b'"AAAA"', b'"sourceRoot"'),
    ),
    Reader(
        "scripts",
        _scripts,
        _read_script,
        _check_script,
        Structure.TEXT,
        (b"//# sourceMappingURL=", b"data:application/json;base64,", b"file://", b"%2e%2e%2f"),
    ),
    Reader(
        "lock-files",
        lambda: _LOCK_FILES,
        _read_lock_file,
        _check_lock_file,
        Structure.LINES,
        (b'"dependencies"', b'"version"', b'"packages"', b"ws@", b"node_modules/ws"),
    ),
)
