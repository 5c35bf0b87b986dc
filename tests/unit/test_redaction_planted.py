"""Nothing of the secrets that a real program holds is left, in any way it holds them.

``tests/data/planted`` has the program, its secrets, and the snapshot that Node 20 made of it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import numpy as np
import pytest

import heapnb as hn
from heapnb.format import read_snapshot
from heapnb.format.writer import to_bytes
from heapnb.graph import HeapGraph
from heapnb.redaction import Mode
from heapnb.reports import markdown_report, report_data

FOLDER = Path(__file__).parents[1] / "data" / "planted"
SNAPSHOT = FOLDER / "planted.heapsnapshot.zst"
SECRETS = {
    name: "".join(parts)
    for name, parts in json.loads((FOLDER / "secrets.json").read_text()).items()
}
MODES: tuple[Mode, ...] = ("secrets", "strings", "shape")
SHORTEST = 8

ENCODERS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": lambda text: json.dumps(text)[1:-1],
    "json twice": lambda text: json.dumps(json.dumps(text))[3:-3],
    "percent": lambda text: quote(text, safe=""),
    "percent with slashes": quote,
    "form": quote_plus,
    "hex": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "base64 behind one byte": lambda text: base64.b64encode(b"\0" + text.encode()).decode()[2:-4],
    "base64 behind two bytes": lambda text: base64.b64encode(b"\0\0" + text.encode()).decode()[
        3:-4
    ],
    "base64 for urls": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
}
# An address and a card's number are found as a whole: half of one tells nobody anything, and may
# be what a program says anyway, such as the name of a host.
WHOLE_ONLY = ("mail_address", "card_number")


def fragments(name: str) -> Iterator[str]:
    """List what must not be left of a secret: itself, its halves and ends, in all encodings."""
    secret = SECRETS[name]
    half = len(secret) // 2
    parts = [secret]
    if name not in WHOLE_ONLY:
        parts += [secret[:half], secret[half:], secret[half - 5 : half + 5], secret[-SHORTEST:]]
    for part in parts:
        # Ends that many have, such as of a key's header, are none of the secret.
        if len(part) >= SHORTEST and "-----" not in part[:30] and "PRIVATE" not in part[-30:]:
            for encode in ENCODERS.values():
                yield encode(part)


def left_over(text: str) -> dict[str, list[str]]:
    """Return which secrets a text has anything of."""
    found = {name: [one for one in fragments(name) if one in text] for name in SECRETS}
    return {name: some for name, some in found.items() if some}


def texts_of(file: str) -> str:
    """Leave out of a file what is nothing but numbers."""
    header, rest = file.split('"nodes":[', 1)
    numbers, strings = rest.split('"strings":[', 1)
    sections = ("edges", "trace_function_infos", "trace_tree", "samples", "locations")
    for name in sections:
        numbers = numbers.replace(f'"{name}"', "")
    assert re.fullmatch(r"[\d\s,:\[\]-]*", numbers)
    return header + strings


@pytest.fixture(scope="module")
def graph() -> HeapGraph:
    return HeapGraph(read_snapshot(SNAPSHOT))


@pytest.fixture(scope="module", params=MODES)
def redacted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("redacted") / f"{request.param}.heapsnapshot"
    hn.redact(SNAPSHOT, path, mode=request.param)
    return path


def test_the_secrets_are_in_the_snapshot(graph: HeapGraph) -> None:
    assert left_over(texts_of(to_bytes(graph.raw).decode())).keys() == SECRETS.keys() - {
        "letters_token"
    }


def test_ropes_that_are_read_hold_them_too(graph: HeapGraph) -> None:
    ropes = np.flatnonzero(graph.node_type == graph.node_type_index("concatenated string"))
    texts = [graph.display_name(node) for node in ropes.tolist()]
    for name in ("rope_token", "letters_token"):
        assert any(SECRETS[name] in text for text in texts)


def test_nothing_is_left_in_the_file(redacted: Path) -> None:
    assert left_over(texts_of(redacted.read_text("utf-8"))) == {}


def test_nothing_is_left_in_joined_ropes(redacted: Path) -> None:
    graph = HeapGraph(read_snapshot(redacted))
    ropes = np.flatnonzero(graph.node_type == graph.node_type_index("concatenated string"))
    assert left_over("\n".join(graph.display_name(node) for node in ropes.tolist())) == {}


def test_nothing_is_left_in_an_audit() -> None:
    result = hn.audit(SNAPSHOT)
    assert left_over(json.dumps(result.to_dict()) + repr(result) + result._repr_html_()) == {}
    assert set(result.counts) >= {
        *("json-web-token", "api-key", "private-key", "password", "url-password", "cookie"),
        *("email-address", "card-number", "environment-variable", "authorization", "copy"),
    }


@pytest.mark.notebook
def test_nothing_is_left_in_a_notebook(tmp_path: Path) -> None:
    text = hn.notebook(SNAPSHOT, tmp_path / "case.ipynb").read_text("utf-8")
    assert left_over(json.dumps(json.loads(text), ensure_ascii=False)) == {}


def test_nothing_is_left_for_programs_and_tickets() -> None:
    assert left_over(markdown_report(SNAPSHOT)) == {}
    assert left_over(json.dumps(report_data(SNAPSHOT), default=int)) == {}


def test_nothing_is_left_in_a_report(tmp_path: Path) -> None:
    html = hn.report(SNAPSHOT, tmp_path / "report.html").read_text("utf-8")
    assert left_over(re.sub(r"<wbr>|&#8203;", "", html)) == {}
    shown = hn.report(SNAPSHOT, tmp_path / "all.html", redact=False).read_text("utf-8")
    assert left_over(shown).keys() >= {"class_token", "github_token"}


def test_every_number_is_the_same(graph: HeapGraph, redacted: Path) -> None:
    after = HeapGraph(read_snapshot(redacted))
    for name in (
        *("node_id", "shallow_size", "distance", "dominator", "retained_size", "class_index"),
        *("class_key", "node_type", "edge_type", "edge_to", "first_edge"),
    ):
        assert np.array_equal(getattr(graph, name), getattr(after, name)), name
    lengths = [
        [len(text.encode("utf-16-le")) for text in one.strings.to_pylist()]
        for one in (graph, after)
    ]
    assert lengths[1][: len(lengths[0])] == lengths[0]


def test_names_stay_readable(graph: HeapGraph, tmp_path: Path) -> None:
    path = tmp_path / "out.heapsnapshot"
    for mode in ("secrets", "strings"):
        hn.redact(SNAPSHOT, path, mode=mode, force=True)
        after = HeapGraph(read_snapshot(path))
        before_names, names = graph.class_names.to_pylist(), after.class_names.to_pylist()
        changed = [old for old, new in zip(before_names, names, strict=True) if old != new]
        assert all(SECRETS["class_token"] in old for old in changed)
        is_name = np.isin(
            graph.node_type, [graph.node_type_index(one) for one in ("closure", "code")]
        )
        for node in np.flatnonzero(is_name & (graph.node_name != after.node_name)).tolist():
            raise AssertionError(graph.name(node))
        table = (graph.strings.to_pylist(), after.strings.to_pylist())
        for index in np.unique(graph.node_name[is_name]).tolist():
            text = table[0][index]
            assert table[1][index] == text or SECRETS["class_token"] in text


def test_one_salt_keeps_a_series_together(tmp_path: Path) -> None:
    tables = []
    for name in ("one", "two"):
        hn.redact(SNAPSHOT, tmp_path / name, mode="shape", salt="of the series")
        tables.append(read_snapshot(tmp_path / name).strings)
    assert tables[0].equals(tables[1])
