"""Typing slips and missing files give one short error, in Python and in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.errors import HeapnbError, SnapshotNotFoundError, suggestion
from heapnb.testing import SnapshotBuilder
from tests.unit.hostile import HOSTILE


@pytest.fixture
def snap() -> hn.Snapshot:
    return SnapshotBuilder.from_edges("root.a>CallContext root>Map").snapshot()


def shown_in_ipython(code: str, **variables: object) -> str:
    """Return what a cell writes when it fails."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell: Any = InteractiveShell
    shell = shell()
    shell.push(variables)
    with capture_output() as captured:
        shell.run_cell(code)
    shell.history_manager = None  # its database would stay open
    return str(captured.stdout) + str(captured.stderr)


def test_near_names() -> None:
    assert suggestion("constructor", ["constructors", "nodes"]) == "did you mean `constructors`?"
    assert suggestion("callcontex", ["CallContext"]) == "did you mean `CallContext`?"
    assert suggestion("zebra", ["CallContext"]) is None


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda snap: snap.constructor, "constructors"),
        (lambda snap: snap.node_at(1).retainer, "retainers"),
        (lambda snap: snap.summary().tables, "table"),
        (lambda snap: hn.diagnosee, "diagnose"),  # type: ignore[attr-defined]
    ],
)
def test_a_slip_names_what_was_meant(snap: hn.Snapshot, ask: Any, name: str) -> None:
    with pytest.raises(AttributeError, match=f"did you mean `{name}`") as caught:
        ask(snap)
    assert isinstance(caught.value, HeapnbError)


def test_a_property_that_fails_itself_tells_why() -> None:
    class Broken(hn.Snapshot):
        @property
        def name(self) -> str:
            raise AttributeError("inner")

    with pytest.raises(AttributeError, match="inner"):
        _ = Broken(SnapshotBuilder.from_edges("root>a").graph()).name
    assert not hasattr(SnapshotBuilder.from_edges("root>a").snapshot(), "_repr_latex_")


def test_a_near_class_is_suggested(snap: hn.Snapshot) -> None:
    assert snap.find("CallContext")["class_name"].tolist() == ["CallContext"]
    with pytest.warns(UserWarning, match="did you mean `CallContext`"):
        assert snap.find("CallContex").empty
    assert snap.find("Zebra").empty


def test_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "app-1.heapsnapshot").write_bytes(b"")
    missing = tmp_path / "app1.heapsnapshot"
    for ask in (hn.load, hn.diagnose, lambda path: hn.load_series([path])):
        with pytest.raises(FileNotFoundError, match=r"mean `app-1\.heapsnapshot`") as caught:
            ask(missing)
        assert isinstance(caught.value, SnapshotNotFoundError)
        assert caught.value.filename == str(missing)


def test_a_notebook_shows_two_lines(snap: hn.Snapshot) -> None:
    pytest.importorskip("IPython")
    shown = shown_in_ipython("snap.constructor()", snap=snap)
    assert shown.splitlines() == [
        "UnknownNameError: Snapshot has no `constructor`.",
        "Hint: did you mean `constructors`?",
    ]
    shown = shown_in_ipython("hn.load('/no/such.heapsnapshot')", hn=hn)
    assert "SnapshotNotFoundError: Cannot read /no/such.heapsnapshot" in shown
    assert "Traceback" not in shown


def test_the_whole_traceback_on_request(snap: hn.Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEAPNB_TRACEBACK", "1")
    with pytest.raises(HeapnbError) as caught:
        _ = snap.constructor  # type: ignore[attr-defined]
    assert any("in __getattr__" in line for line in caught.value._render_traceback_())


def test_what_a_notebook_shows_is_escaped() -> None:
    for text in HOSTILE.values():
        lines = HeapnbError(f"Bad {text}.", hint=f"no {text}")._render_traceback_()
        assert len(lines) == 2
        assert all(line.isprintable() for line in lines)
