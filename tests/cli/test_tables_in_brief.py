"""Tables on a terminal: they fit it, group rows by place, and begin with the program's own code."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from heapnb.analysis.tables import TABLES
from heapnb.cli import frontend
from heapnb.cli.places import by_place, own_code_first
from heapnb.testing import SnapshotBuilder
from tests.cli.conftest import Run

TABLE_COMMANDS = [table.command for table in TABLES.values()] + ["constructors", "strings"]

_PATHS = "/srv/shop-api/lib/orderHandler.js /srv/shop-api/lib/inventoryClient.js"


@pytest.fixture(params=[80, 160])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Show tables as on a terminal of this width."""
    monkeypatch.setattr(frontend, "terminal_width", lambda: request.param)
    return int(request.param)


@pytest.mark.parametrize(
    "arguments",
    [(name,) for name in TABLE_COMMANDS]
    + [(table.command, "--each") for table in TABLES.values() if table.groups],
    ids=" ".join,
)
def test_no_line_is_wider_than_the_terminal(
    run: Run, sample: Path, width: int, arguments: tuple[str, ...]
) -> None:
    answer = run(arguments[0], sample, *arguments[1:])
    assert answer.exit_code == 0, answer.err
    assert max(map(len, answer.out.splitlines())) <= width
    # A path keeps its file and whole folders.
    for cut in re.findall(r"…/(\S+):\d+:\d+", answer.out):
        assert f"/{cut}" in _PATHS or "node:" in answer.out


def test_closures_of_one_place_are_one_row(run: Run, sample: Path) -> None:
    answer = run("closures", sample)
    [row] = [line for line in answer.out.splitlines() if "orderHandler.js:19:27" in line]
    assert " 260 " in row
    each = run("closures", sample, "--each", "--all")
    assert sum("orderHandler.js:19:27" in line for line in each.out.splitlines()) == 260
    assert len(run("closures", sample, "--json").json) > 8_000


def test_a_function_with_many_registrations_counts_once() -> None:
    builder = SnapshotBuilder()
    builder.node("f", type="closure", name="onEnd", size=64)
    builder.edge("root", "f", "f")
    graph = builder.snapshot().graph
    node = int(graph.node_id[graph.node_name == graph.strings.index("onEnd").as_py()][0])
    frame = pd.DataFrame(
        {
            "emitter_class": "Socket",
            "event": "end",
            "function": "onEnd",
            "location": None,
            "emitter_id": [1, 2, 3],
            "listener_id": node,
            "shallow_size": 64,
            "retained_size": 64,
        }
    )
    [row] = by_place(graph, TABLES["listeners"], frame).to_dict("records")
    assert (row["count"], row["shallow_size"], row["retained_size"]) == (3, 64, 64)


@pytest.mark.parametrize("command", ["closures", "constructors", "listeners"])
def test_own_code_comes_first(run: Run, sample: Path, command: str) -> None:
    lines = run(command, sample).out.splitlines()
    divider = lines.index("JavaScript and runtime:")
    assert any("/srv/shop-api/" in line for line in lines[:divider])
    assert not any("/srv/shop-api/" in line for line in lines[divider:])
    assert not any("node:" in line for line in lines[:divider])


def test_what_is_left_out_is_said_first(run: Run, sample: Path) -> None:
    brief = run("constructors", sample)
    assert re.match(r"30 of \d+ rows, own code first; --all prints all\.\n", brief.err)
    everything = run("constructors", sample, "--all")
    assert everything.err == ""
    assert len(everything.out.splitlines()) > 150
    assert len(run("constructors", sample, "--json").json) > 150


def test_rows_that_the_user_sorts_stay_in_that_order(run: Run, sample: Path) -> None:
    lines = run("constructors", sample, "--sort", "count", "--limit", 5).out.splitlines()
    assert lines[1].startswith("(compiled code)")
    # Groups have no context: each closure is listed.
    by_context = run("closures", sample, "--sort", "context_id", "--limit", 5).out
    assert "Context id" in " ".join(by_context.split())


def test_each_owner_gets_a_share_and_what_others_leave_over() -> None:
    own = [f"/app/{i}.js:1:1" for i in range(50)]
    packages = [f"/app/node_modules/p/{i}.js:1:1" for i in range(2)]
    runtime = [f"node:m{i}:1:1" for i in range(50)]
    frame = pd.DataFrame({"location": [*runtime, *packages, *own, None]})
    chosen = own_code_first(frame, 30)
    assert isinstance(chosen.frame, pd.DataFrame)
    assert len(chosen.frame) == 30
    assert chosen.frame["location"].tolist()[:23] == own[:23]
    assert chosen.sections == {23: "Packages:", 25: "JavaScript and runtime:"}
    everything = own_code_first(frame, len(frame))
    assert len(everything.frame) == len(frame)
    assert own_code_first(frame.head(50), 30).sections == {}
