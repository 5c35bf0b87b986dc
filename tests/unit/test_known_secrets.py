"""What one search of a heap finds is hidden wherever it is shown, whatever it is made of."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import numpy as np
import pytest

import heapnb as hn
from heapnb.format import read_snapshot
from heapnb.format.writer import to_bytes
from heapnb.graph import HeapGraph
from heapnb.redaction.known import known_secrets
from heapnb.testing import SnapshotBuilder
from heapnb.views import fmt
from heapnb.views.masking import MASK, Masking, masked
from heapnb.widgets.opening import workbench_of
from heapnb.workbench.source import Source
from tests.secretsbench.corpus import HALVES, corpus

LETTERS = "sunshinevalley"


def heap(*edges: str, **strings: str) -> HeapGraph:
    builder = SnapshotBuilder.from_edges(" ".join(edges))
    for name, text in strings.items():
        builder = builder.node(name, type="string", name=text)
    return builder.graph()


def policy(graph: HeapGraph) -> Masking:
    return Masking.when(True).of(graph)


@pytest.mark.parametrize(
    "shown", [LETTERS, f'{{note: "{LETTERS}"}}', f"she wrote {LETTERS} in the chat"]
)
def test_a_password_of_letters_is_hidden_in_other_texts(shown: str) -> None:
    graph = heap("root.config>config", "config.password>text", text=LETTERS)
    assert LETTERS not in policy(graph).text(shown)
    assert Masking.when(True).text(LETTERS) == LETTERS


def test_words_that_contain_it_stay() -> None:
    graph = heap("root.config>config", "config.password>text", text=LETTERS)
    assert policy(graph).text(f"{LETTERS}s") == f"{LETTERS}s"


def test_a_name_of_the_program_stays_although_it_is_a_password() -> None:
    graph = heap("root.config>config", "config.password>text", "config.checkout>a", text="checkout")
    assert policy(graph).text("checkout") == "checkout"
    source = Source(workbench_of(graph))
    node = graph.ordinal_of(graph.node_id[graph.node_name.tolist().index(_row(graph, "checkout"))])
    hidden = policy(graph).hides(graph, np.array([node]))
    assert hidden is not None
    assert hidden.all()
    assert MASK in json.dumps(
        source.answer("details", {"node_id": int(graph.node_id[node])}), ensure_ascii=False
    )


def _row(graph: HeapGraph, text: str) -> int:
    texts: list[str] = graph.strings.to_pylist()
    return texts.index(text)


def test_a_value_beside_its_name_is_secret() -> None:
    graph = heap("root.pair>pair", "pair.name>n", "pair.value>v", n="password", v=LETTERS)
    assert policy(graph).text(LETTERS) == MASK


def test_all_variables_of_an_environment_are_hidden() -> None:
    names = ("PATH", "HOME", "USER", "TENANT")
    edges = ["root.env>env", *(f"env.{name}>{name}" for name in names)]
    graph = heap(*edges, PATH="/bin:/usr/bin", HOME="/home/shop", USER="shop", TENANT=LETTERS)
    assert policy(graph).text(LETTERS) == MASK
    assert policy(graph).text("/home/shop/app.js:3:4") == "/home/shop/app.js:3:4"


def test_arrays_of_characters_are_found() -> None:
    characters = dict(zip("abcdefgh", "t0psecr3", strict=True))
    builder = SnapshotBuilder.from_edges(
        "root.config>config config.password>list "
        + " ".join(f"list[{i}]>{n}" for i, n in enumerate(characters))
    ).node("list", type="object", name="Array")
    for name, text in characters.items():
        builder = builder.node(name, type="string", name=text)
    assert policy(builder.graph()).text("t0psecr3") == MASK


def test_the_search_is_made_once() -> None:
    graph = heap("root.a>a")
    assert known_secrets(graph) is known_secrets(graph)
    assert known_secrets(graph, personal=True) is not known_secrets(graph)


def test_locations_are_masked_before_they_are_cut() -> None:
    location = f"https://ada:{LETTERS}@cdn.example/{'folder/' * 400}app.js:1:2"
    with masked(Masking.when(True)):
        assert fmt.clean_location(location).endswith("/folder/app.js:1:2")
        assert LETTERS not in fmt.clean_location(location, 5_000)


def test_control_characters_are_not_printed() -> None:
    assert hn.printable("a\x1b[2J\nb\u202e") == "a\\u001b[2J\nb\\u202e"


def test_redacted_files_and_reports_are_private(tmp_path: Path) -> None:
    source = tmp_path / "in.heapsnapshot"
    source.write_bytes(to_bytes(heap("root.a>a").raw))
    hn.redact(source, tmp_path / "out.heapsnapshot")
    hn.report(source, tmp_path / "report.html")
    for name in ("out.heapsnapshot", "report.html"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ['",', ',"', 'a\\",', "\n", '"', "\\"])
def test_texts_with_separators_are_written_whole(text: str) -> None:
    graph = heap("root.a>a", "root.b>b", a=text, b="next")
    assert read_snapshot(to_bytes(graph.raw)).strings.equals(graph.strings)


def test_personal_data_are_found_only_if_asked_for() -> None:
    text = "call +49 30 2345 6789, DE89370400440532013000"
    assert Masking.when(True).text(text) == text
    assert Masking.when(True, personal=True).text(text) == f"call {MASK}, {MASK}"
    graph = heap("root.user>user", "user.lastName>text", text="Lovelace")
    assert hn.audit(graph).table.empty
    assert hn.audit(graph, personal=True).table["kind"].tolist() == ["name-of-a-person"]


def test_the_corpus_is_large_enough() -> None:
    entries = [entry for half in HALVES for entry in corpus(half)]
    secrets = [one for one in entries if one.role in {"shape", "named", "text"}]
    assert len({one.secret for one in secrets}) == len(secrets) >= 400
    assert len({one.kind for one in secrets}) >= 80
    assert sum(one.role == "harmless" for one in entries) >= 400
