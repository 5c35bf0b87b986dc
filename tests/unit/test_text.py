from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Suspect
from heapnb.schema import Kind
from heapnb.views.columns import kind_of, write, write_exactly
from heapnb.views.describe import _WINGS
from heapnb.views.text import chain_text, diagnosis_text, render_table, result_text
from tests.conftest import sample_series
from tests.unit.hostile import HOSTILE, assert_nothing_invisible, one_row

FRAME = pd.DataFrame(
    {
        "class_name": ["Map", "system / JSArrayBufferData", "InventoryClientConnectionPool"],
        "location": [None, None, "/srv/shop/lib/inventory/connectionPool.js:12:5"],
        "count": [3, 12_345, 1],
        "retained_size": [1_234, 5_678_901, 0],
        "count_delta": [1, -2, 0],
    }
)


@dataclass(frozen=True)
class Finding:
    name: str
    file_size: int
    found_count: int
    is_sure: bool
    table: pd.DataFrame
    warnings: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("retained_size", Kind.BYTES),
        ("retained_3", Kind.BYTES),
        ("byte_length", Kind.BYTES),
        ("size_delta", Kind.BYTES_DELTA),
        ("retained_delta", Kind.BYTES_DELTA),
        ("count_delta", Kind.COUNT_DELTA),
        ("added_count", Kind.COUNT),
        ("count_per_snapshot", Kind.COUNT),
        ("n_nodes", Kind.COUNT),
        ("confidence", Kind.SHARE),
        ("distance", Kind.DISTANCE),
        ("node_id", Kind.IDENTIFIER),
        ("location", Kind.LOCATION),
        ("class_name", Kind.TEXT),
        ("my_size", Kind.TEXT),
    ],
)
def test_names_tell_what_columns_hold(column: str, kind: Kind) -> None:
    assert kind_of(column) is kind


def test_values_are_written_by_kind() -> None:
    assert write(1_234_567, Kind.IDENTIFIER) == "1234567"
    assert write([1, 2_000], Kind.BYTES) == "1 B → 2.0 kB"
    assert write(["a", "b"], Kind.TEXT) == "a, b"
    assert write((), Kind.TEXT) == "–"
    assert write(list(range(20)), Kind.COUNT).endswith("… 12 more")
    assert write("", Kind.TEXT) == '""'
    assert write("", Kind.TEXT, "function") == "(anonymous)"
    assert write(value=True, kind=Kind.COUNT) == "yes"
    assert write(pd.NA, Kind.BYTES) == "–"
    assert write(1.5, Kind.COUNT) == "1.5"
    assert write_exactly(1234, Kind.BYTES) == "1,234 bytes"
    assert write_exactly("short", Kind.TEXT) is None


def test_numbers_stand_at_the_right_and_names_at_the_left() -> None:
    lines = render_table(FRAME).splitlines()
    assert lines[0].split() == [
        *("Class", "Location", "Count", "Retained", "size", "Count", "delta")
    ]
    assert lines[1].startswith("Map  ")
    assert {len(line) for line in lines} == {len(lines[0])}
    assert "5.7 MB" in lines[2]
    assert "−2" in lines[2]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_names_are_cut_to_fit_and_numbers_are_not(width: int) -> None:
    text = render_table(FRAME, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "12,345" in text
    assert "5.7 MB" in text
    # The end of a place tells more than its start, and both ends of a class name do.
    assert "s:12:5" in text


def test_what_holds_a_suspect_is_wrapped_and_not_cut() -> None:
    holder = "the module variable `sessions` of src/sessions/registry.mjs"
    frame = pd.DataFrame({"class_name": ["Session"], "anchor": [holder], "count": [1_234]})
    head, first, *more = render_table(frame, width=44).splitlines()
    assert head.split() == ["Class", "Held", "by", "Count"]
    assert first.endswith("1,234")
    assert " ".join(" ".join([first, *more]).split()) == (
        "Session the module variable 1,234 `sessions` of src/sessions/registry.mjs"
    )
    assert max(map(len, [head, first, *more])) <= 44


def test_names_of_the_first_section_are_cut_last() -> None:
    frame = pd.DataFrame(
        {
            "class_name": ["PriceFeed", "AsynchronousResourceOfTheEngine"],
            "event": ["tick", "unhandledRejectionWarning"],
            "location": ["/srv/shop/lib/prices.mjs:14:24", "node:internal/process/promises:1:1"],
        }
    )
    rows = render_table(frame, width=52, sections={1: "Engine:"}).splitlines()
    assert "PriceFeed " in rows[1]
    assert "/srv/shop/lib/prices.mjs:14:24" in rows[1]
    assert max(map(len, rows)) <= 52
    assert "/srv/shop" not in render_table(frame, width=52).splitlines()[1]


def test_a_narrow_table_keeps_what_tells_most() -> None:
    names = ["node_id", "class_name", "edge_name", "edge_type", "distance", "retained_size"]
    frame = pd.DataFrame([[12_345, "EventEmitter", "priceFeed", "context", 7, 1_234]])
    frame.columns = pd.Index(names)
    lines = render_table(frame, width=48).splitlines()
    assert lines[0] == "Too narrow for: Distance."
    assert "priceFeed" in lines[-1]
    assert render_table(frame, width=38).splitlines()[0] == "Too narrow for: Distance, Edge type."


def test_rows_that_are_left_out_are_counted() -> None:
    assert render_table(FRAME, max_rows=1).splitlines()[-1] == "… 2 more rows"
    assert render_table(FRAME.head(0)).splitlines()[-1] == "(no rows)"
    assert render_table(pd.DataFrame()) == "(no columns)"


def test_wide_characters_take_two_columns() -> None:
    frame = pd.DataFrame({"class_name": ["名前名前名前名前", "abc"], "count": [1, 2]})
    first, second = render_table(frame).splitlines()[1:]
    assert len(second) - len(first) == 8


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_tables_show_hostile_texts_as_texts(text: str) -> None:
    frame = one_row({"class_name": text, "location": text, text: 1})
    for width in (None, 40):
        rendered = render_table(frame, width=width)
        assert_nothing_invisible(rendered)
        assert len(rendered) < 2_000
        # The heading of a number stacks its words; the row is one line.
        assert len(rendered.splitlines()) <= 1 + max(len(text[:80].split()), 2)


def test_any_result_shows_its_facts_its_table_and_its_warnings() -> None:
    finding = Finding("x\x1b[31m", 1_234_567, 7, is_sure=True, table=FRAME, warnings=("Careful.",))
    text = result_text(finding, width=90)
    assert text.splitlines()[0] == "Finding"
    assert ["file", "size", "1.2", "MB"] in [line.split() for line in text.splitlines()]
    assert ["is", "sure", "yes"] in [line.split() for line in text.splitlines()]
    assert "connectionPool.js:12:5" in text
    assert "Note: Careful." in text
    assert_nothing_invisible(text)


def test_a_chain_reads_from_the_root() -> None:
    chain = ["(GC roots)", "global", ".cache", "Map", "user\u202e"]
    assert chain_text(chain) == "(GC roots) → global .cache → Map → user\\u202e"


def test_importing_costs_no_package_for_terminals() -> None:
    code = "import sys, heapnb.views.text; print('rich' in sys.modules, 'jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@dataclass(frozen=True)
class _Suspects:
    """Enough of a diagnosis for its text."""

    suspects: tuple[Suspect, ...]
    verdict: str = "leak"
    reason: str = "13 things grew."
    warnings: tuple[str, ...] = ()


def many_suspects(count: int) -> Any:
    found = diagnose(list(sample_series("listener_per_request"))).suspects[0]
    return _Suspects(tuple(replace(found, rank=rank) for rank in range(1, count + 1)))


def test_a_diagnosis_fits_the_first_screen() -> None:
    lines = diagnosis_text(many_suspects(13), width=80).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "Diagnosis: leak (10 of 13 suspects)"
    screen = "\n".join(lines[:24])
    for word in ("A long-lived InventoryClient", "Fix: ", "Held by: (GC roots)", "Removing "):
        assert word in screen
    table = lines[lines.index("Other suspects:") + 1 :]
    assert [line.split()[0] for line in table if line.split()[0].isdigit()] == [
        str(rank) for rank in range(2, 11)
    ]


def test_a_diagnosis_in_full_explains_all_suspects() -> None:
    text = diagnosis_text(many_suspects(13), width=80, in_full=True)
    assert text.startswith("Diagnosis: leak (13 suspects)")
    assert text.count("Held by: (GC roots)") == 13


def test_types_are_described_by_the_wing_of_their_module() -> None:
    for rooms, describers in _WINGS:
        for kind in describers():
            assert kind.__module__.startswith(rooms), kind


def test_a_summary_imports_no_views_of_other_results() -> None:
    path = str(sample_series("listener_per_request")[0])
    program = (
        "import sys\n"
        "from heapnb.cli import main\n"
        f"main(['summary', {path!r}])\n"
        "others = tuple(f'heapnb.analysis.{wing}' for wing in ('diagnosis.', 'series.', 'rss'))\n"
        "sys.exit(', '.join(name for name in sys.modules if name.startswith(others)) or 0)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
