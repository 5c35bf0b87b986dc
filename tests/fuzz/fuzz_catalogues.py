"""Catalogues in TOML: known leaks of packages, known shapes of library objects."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from heapnb.analysis.diagnosis.known_leaks import parsed_catalogue, read_catalogue
from heapnb.analysis.known_shapes import parsed_shapes
from tests.fuzz.harness import Reader, Refusal, answer, as_file
from tests.fuzz.mutation import Structure


def _first_entries(folder: str, table: str) -> tuple[bytes, ...]:
    found = []
    for file in sorted((files("heapnb") / folder).iterdir(), key=lambda one: one.name):
        entries = file.read_text(encoding="utf-8").split(f"[[{table}]]")[1:4]
        found.append("".join(f"[[{table}]]{entry}" for entry in entries).encode())
    return tuple(found)


def _check_leaks(data: bytes) -> None:
    path = as_file(data, "leaks.toml")
    found = answer(lambda: read_catalogue(path))
    if isinstance(found, Refusal):
        return
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    assert len(found) == len(content.get("leak", []))
    assert found == parsed_catalogue(content, "again"), "reading twice"


def _check_shapes(data: bytes) -> None:
    try:
        content = tomllib.loads(data.decode("utf-8", "replace"))
    except (tomllib.TOMLDecodeError, RecursionError):
        # heapnb reads only the catalogue that it comes with.
        return
    found = answer(lambda: parsed_shapes(content, "shapes.toml"))
    if not isinstance(found, Refusal):
        assert all(shape.names for shape in found)


READERS = (
    Reader(
        "known-leaks",
        lambda: _first_entries("known_leaks", "leak"),
        lambda data: read_catalogue(as_file(data, "leaks.toml")),
        _check_leaks,
        Structure.LINES,
        (b"[[leak]]", b"id = ", b"affected = ", b'"*"', b"[leak]", b'"""', b"1979-05-27T07:32:00Z"),
    ),
    Reader(
        "known-shapes",
        lambda: _first_entries("known_shapes", "shape"),
        lambda data: parsed_shapes(tomllib.loads(data.decode()), "shapes.toml"),
        _check_shapes,
        Structure.LINES,
        (b"[[shape]]", b"id = ", b"methods = ", b'"*"', b"[shape]", b"checked_with = "),
    ),
)
