"""Sources and source maps: found by the ends of names, read only below the folders given."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from heapnb.cli.app import application
from heapnb.errors import HeapnbError, MissingExtraError
from heapnb.graph.source_files import Place, SourceFiles, find_sources
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT

BUNDLED = ROOT / "tests" / "data" / "sourcemaps"

# Line 1, column 5 of the script is line 1, column 7 of cart.ts.
MAP = {"version": 3, "sources": ["../src/cart.ts"], "names": [], "mappings": "AAAA,IAAM"}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "/srv/app/lib/cart.js",
        "file:///srv/app/lib/cart.js",
        "https://cdn.example/assets/lib/cart.js?v=3",
        "webpack-internal:///./lib/cart.js",
        "webpack://shop/./lib/cart.js",
        "C:\\app\\lib\\cart.js",
        "file:///C:/app/lib/cart.js",
        "lib/cart.js",
    ],
)
def test_a_file_is_found_by_the_end_of_its_name(name: str, tmp_path: Path) -> None:
    write(tmp_path / "lib" / "cart.js", "found")
    assert SourceFiles([tmp_path]).text(name) == "found"


def test_the_longest_end_counts(tmp_path: Path) -> None:
    write(tmp_path / "cart.js", "short")
    write(tmp_path / "app" / "lib" / "cart.js", "long")
    assert SourceFiles([tmp_path]).text("/srv/app/lib/cart.js") == "long"
    assert SourceFiles([tmp_path]).text("/srv/other/cart.js") == "short"


def test_a_packages_file_is_none_of_the_program(tmp_path: Path) -> None:
    write(tmp_path / "index.js", "the program's")
    assert SourceFiles([tmp_path]).text("/srv/app/node_modules/lru-cache/index.js") is None
    write(tmp_path / "node_modules" / "lru-cache" / "index.js", "the package's")
    assert SourceFiles([tmp_path]).text("/srv/node_modules/lru-cache/index.js") == "the package's"


@pytest.mark.parametrize(
    "name", ["../secret.js", "/srv/../../secret.js", "file:///%2e%2e/secret.js", "link/secret.js"]
)
def test_nothing_outside_the_folders_is_read(name: str, tmp_path: Path) -> None:
    write(tmp_path / "secret.js", "secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    assert SourceFiles([root]).text(name) is None


@pytest.mark.parametrize("name", ["", "/", "\0", "a\0b.js", "x" * 5000, "\ud800.js", "lib"])
def test_names_that_are_none(name: str, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    assert SourceFiles([tmp_path]).text(name) is None
    assert SourceFiles([tmp_path], [tmp_path]).original(name, 1, 1) is None


def test_folders_have_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(HeapnbError, match="is not a folder"):
        SourceFiles([tmp_path / "missing"])
    assert find_sources(None, None) is None
    found = find_sources(tmp_path, [str(tmp_path)])
    assert repr(found) == f"SourceFiles([{str(tmp_path)!r}], [{str(tmp_path)!r}])"


@pytest.mark.parametrize(
    "comment",
    [
        "data:application/json;base64," + base64.b64encode(json.dumps(MAP).encode()).decode(),
        "data:application/json;charset=utf-8;base64,"
        + base64.b64encode(json.dumps(MAP | {"sourcesContent": ["x" * 5000]}).encode()).decode(),
        "data:application/json," + quote(json.dumps(MAP)),
        "server.js.map",
        "https://maps.example/dist/server.js.map",
        "",
    ],
    ids=["base64", "long", "plain", "beside", "elsewhere", "by name"],
)
def test_ways_to_a_source_map(comment: str, tmp_path: Path) -> None:
    written = f"//# sourceMappingURL={comment}\n" if comment else ""
    write(tmp_path / "dist" / "server.js", f"function a(){{}}\n{written}")
    if not comment.startswith("data:"):
        write(tmp_path / "dist" / "server.js.map", json.dumps(MAP))
    files = SourceFiles([tmp_path])
    assert files.original("/srv/dist/server.js", 1, 5) == Place("/srv/src/cart.ts", 1, 7)
    assert files.original("/srv/dist/server.js", 2, 1) is None
    assert files.original("/srv/dist/other.js", 1, 5) is None


def test_maps_without_sources(tmp_path: Path) -> None:
    write(tmp_path / "server.js.map", json.dumps(MAP))
    place = SourceFiles(maps=[tmp_path]).original("file:///srv/dist/server.js", 1, 1)
    assert str(place) == "file:///srv/src/cart.ts:1:1"


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("webpack://shop/./src/cart.ts", "src/cart.ts"),
        ("webpack:///node_modules/lru-cache/index.js", "node_modules/lru-cache/index.js"),
        ("webpack://shop/../../src/cart.ts", "src/cart.ts"),
        ("/build/src/cart.ts", "/build/src/cart.ts"),
        ("cart.ts", "/srv/dist/cart.ts"),
    ],
)
def test_names_of_original_files(source: str, file: str, tmp_path: Path) -> None:
    write(tmp_path / "server.js.map", json.dumps(MAP | {"sources": [source]}))
    place = SourceFiles(maps=[tmp_path]).original("/srv/dist/server.js", 1, 1)
    assert place is not None
    assert place.file == file


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 3}', "\udcff", "null"])
def test_broken_maps_are_as_none(content: str, tmp_path: Path) -> None:
    (tmp_path / "server.js.map").write_bytes(content.encode(errors="surrogateescape"))
    assert SourceFiles(maps=[tmp_path]).original("/srv/server.js", 1, 1) is None


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "server.js.map", json.dumps(MAP))
    monkeypatch.setitem(sys.modules, "symbolic.sourcemap", None)
    files = SourceFiles(maps=[tmp_path])
    with pytest.raises(MissingExtraError, match="sourcemaps"):
        files.original("/srv/server.js", 1, 1)
    assert files.original("/srv/other.js", 1, 1) is None


def test_sources_within_a_map() -> None:
    files = SourceFiles(maps=[BUNDLED / "dist"])
    place = Place("/srv/src/cart.ts", 1, 1)
    text = files.embedded_text("/srv/dist/server.cjs", place)
    assert text == (BUNDLED / "src" / "cart.ts").read_text()
    assert files.embedded_text("/srv/dist/server.cjs", Place("/srv/other.ts", 1, 1)) is None


def test_versions_of_packages(tmp_path: Path) -> None:
    files = SourceFiles([BUNDLED])
    assert files.package_version("tiny-cache") == "2.3.1"
    assert files.package_version("missing") is None
    assert files.package_version("../../..") is None
    for content in ("{", "[]", '{"version": 3}', "{}"):
        write(tmp_path / "node_modules" / "odd" / "package.json", content)
        assert SourceFiles([tmp_path]).package_version("odd") is None


def test_the_command_line_goes_on_without_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = SnapshotBuilder.from_edges("root>a").to_bytes()
    (tmp_path / "a.heapsnapshot").write_bytes(content)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    command = ["summary", str(tmp_path / "a.heapsnapshot"), "--source-maps", str(tmp_path)]
    result = CliRunner().invoke(application, command)
    assert result.exit_code == 0
    assert "Source maps are not read: `pip install 'heapnb[sourcemaps]'`." in result.stderr
