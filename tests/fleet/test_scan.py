"""Scans on real processes of Dask: tables, workers that die, bad files, scans that go on."""

from __future__ import annotations

import gzip
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from distributed import Client, LocalCluster, WorkerPlugin
from distributed.system import MEMORY_LIMIT

import heapnb as hn
from heapnb.errors import HeapnbError
from heapnb.fleet import scanning, tasks
from heapnb.fleet.cases import Case, plan_cases
from heapnb.fleet.cluster import Workers, examined_on
from heapnb.fleet.inputs import MANIFEST, find_inputs
from heapnb.fleet.origins import Names
from heapnb.fleet.store import DATASETS, SCHEMAS, Store
from heapnb.fleet.tasks import Examined, Options, examine
from tests.fleet.conftest import LEAK, put_series, put_side_file, put_small


def without_processes(
    client: object, cases: list[Case], options: Options, **_: object
) -> Iterator[tuple[Case, Examined]]:
    """Examine here: what is done is the same."""
    del client
    for case in cases:
        yield case, examine(case, options)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Do without processes; return the list of the cases that are examined."""
    examined: list[str] = []

    def noted(client: object, cases: list[Case], *given: Any, **named: Any) -> Iterator[Any]:
        examined.extend(case.name for case in cases)
        return without_processes(client, cases, *given, **named)

    monkeypatch.setattr(scanning, "examined_on", noted)
    return examined


def test_each_case_has_its_rows(fleet: hn.Fleet) -> None:
    cases = fleet.cases.set_index("pod")
    assert cases["verdict"].to_dict() == {"a": "leak", "b": "leak", "c": "leak", "d": "no-leak"}
    assert cases["outcome"].dropna().to_dict() == {"a": "killed", "b": "killed", "d": "healthy"}
    assert cases["build"].to_dict() == {"a": "1.4.2", "b": "1.4.2", "c": "1.4.2", "d": "1.4.1"}
    assert cases.loc["a", "hours"] == 2
    assert cases.loc["d", "status"] == "partly"
    assert cases["snapshot_count"].to_dict() == {"a": 3, "b": 3, "c": 3, "d": 4}
    assert cases["read_count"].to_dict() == {"a": 3, "b": 3, "c": 3, "d": 3}


def test_the_tables_agree_with_the_diagnosis_of_one_case(fleet: hn.Fleet, pods: Path) -> None:
    files = sorted((pods / "build=1.4.2" / "pod=a").glob("*.heapsnapshot*"))
    diagnosis = hn.diagnose(files, progress=False)
    suspects = fleet.suspects[fleet.suspects["pod"] == "a"]
    assert suspects["fingerprint"].tolist() == [one.fingerprint for one in diagnosis.suspects]
    first = suspects.iloc[0]
    leak = diagnosis.suspects[0]
    assert (first["class_name"], first["is_leak"]) == ("TraceSpan", True)
    assert first["explanation"] == leak.explanation
    # Two hours, and 90, 540, 1440 objects: the median slope of all pairs.
    assert first["objects_per_hour"] == 675
    over_time = fleet.fingerprints[fleet.fingerprints["fingerprint"] == leak.fingerprint]
    of_pod = over_time[over_time["pod"] == "a"]
    assert of_pod["count"].tolist() == list(leak.count_per_snapshot)
    classes = fleet.constructors[
        (fleet.constructors["pod"] == "a") & (fleet.constructors["number"] == 3)
    ].set_index("class_name")
    with_hn = hn.load(files[-1], progress=False).constructors().set_index("class_name")
    assert classes["count"]["TraceSpan"] == with_hn["count"]["TraceSpan"] == 1440
    assert classes["shallow_size"].sum() == with_hn["shallow_size"].sum()
    assert fleet.snapshots[fleet.snapshots["pod"] == "a"]["number"].tolist() == [1, 2, 3]


def test_the_fleet_answers(fleet: hn.Fleet) -> None:
    leaks = fleet.shared()
    assert leaks.rows[0]["where"] == "a, b"
    assert leaks.rows[0]["class_name"] == "TraceSpan"
    found = fleet.separating()
    assert (found.first.pods, found.second.pods) == (("a", "b"), ("d",))
    assert found.rows[0]["answer"] == "too few"
    compared = fleet.compare("1.4.1", "1.4.2")
    assert (compared.first.name, len(compared.first)) == ("1.4.2", 3)
    assert fleet.builds == ("1.4.2", "1.4.1")
    assert "a and b leak the same thing." in " ".join(repr(fleet).split())
    part = fleet.read("constructors", ["class_name", "count"], filter=pc.field("number") == 1)
    assert part.column_names == ["class_name", "count"]
    with pytest.raises(HeapnbError, match="did you mean `suspects`"):
        fleet.read("suspect")


def test_one_bad_file_is_a_row_and_stops_nothing(fleet: hn.Fleet) -> None:
    (row,) = fleet.failures.to_dict("records")
    assert row["file"].endswith("pod=d/snapshot-4.heapsnapshot")
    assert '"snapshot" is not an object' in row["error"]


def test_only_the_owner_may_read_the_tables(fleet: hn.Fleet) -> None:
    assert stat.S_IMODE(fleet.path.stat().st_mode) == 0o700
    files = [path for path in fleet.path.rglob("*") if path.is_file()]
    assert len(files) > len(DATASETS)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_tables_open_again_and_in_other_programs(fleet: hn.Fleet) -> None:
    import pandas as pd

    again = hn.open_scan(fleet.path)
    assert again.cases["case"].tolist() == fleet.cases["case"].tolist()
    plain = pd.read_parquet(fleet.path / "suspects")
    assert set(plain.columns) == {"case", *SCHEMAS["suspects"].names}
    with pytest.raises(HeapnbError, match="not the result of a scan"):
        hn.open_scan(fleet.path / "cases")


def test_a_scan_does_only_what_is_new(tmp_path: Path, here: list[str]) -> None:
    put_small(tmp_path / "d" / "pod=a", "s-1.heapsnapshot", "s-2.heapsnapshot")
    put_small(tmp_path / "d" / "pod=b", "s-1.heapsnapshot")
    (tmp_path / "d" / "pod=b" / "bad.heapsnapshot").write_text("{")
    out = tmp_path / "out"
    hn.scan(tmp_path / "d", out, progress=False)
    assert [name[0] for name in here] == ["a", "b"]
    here.clear()
    hn.scan(tmp_path / "d", out, progress=False)
    assert here == []
    put_small(tmp_path / "d" / "pod=a", "s-1.heapsnapshot", "s-2.heapsnapshot", "s-3.heapsnapshot")
    put_small(tmp_path / "d" / "pod=c", "s-1.heapsnapshot")
    fleet = hn.scan(tmp_path / "d", out, progress=False)
    assert [name[0] for name in here] == ["a", "c"]
    assert fleet.cases["snapshot_count"].tolist() == [3, 2, 1]
    here.clear()
    hn.scan(tmp_path / "d", out, progress=False, again=True)
    assert len(here) == 3


def test_other_labels_need_no_new_scan(tmp_path: Path, here: list[str]) -> None:
    put_small(tmp_path / "d" / "pod=a", "s-1.heapsnapshot")
    hn.scan(tmp_path / "d", tmp_path / "out", progress=False)
    here.clear()
    labels = {"a": {"outcome": "killed", "zone": "north"}}
    fleet = hn.scan(tmp_path / "d", tmp_path / "out", labels=labels, progress=False)
    assert here == []
    assert fleet.cases[["outcome", "zone"]].to_dict("records") == [
        {"outcome": "killed", "zone": "north"}
    ]
    assert fleet.snapshots["outcome"].tolist() == ["killed"]


def test_cases_whose_files_are_gone_leave_the_tables(tmp_path: Path, here: list[str]) -> None:
    put_small(tmp_path / "d" / "pod=a", "s-1.heapsnapshot")
    (gone,) = put_small(tmp_path / "d" / "pod=b", "s-1.heapsnapshot")
    hn.scan(tmp_path / "d", tmp_path / "out", progress=False)
    gone.unlink()
    fleet = hn.scan(tmp_path / "d", tmp_path / "out", progress=False)
    assert fleet.cases["pod"].tolist() == ["a"]
    assert fleet.constructors["pod"].unique().tolist() == ["a"]
    assert len(here) == 2


def test_a_scan_that_was_interrupted_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: list[str]
) -> None:
    for pod in "abc":
        put_small(tmp_path / "d" / f"pod={pod}", "s-1.heapsnapshot")
    write = Store.write
    written: list[str] = []

    def interrupted(store: Any, case: str, given: Any) -> None:
        if len(written) == 2:
            raise KeyboardInterrupt
        write(store, case, given)
        written.append(case)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            hn.scan(tmp_path / "d", tmp_path / "out", progress=False)
    # The process may die within a line, too.
    with (tmp_path / "out" / MANIFEST).open("ab") as stream:
        stream.write(b'\n{"case": "x-1", "inp')
    here.clear()
    fleet = hn.scan(tmp_path / "d", tmp_path / "out", progress=False)
    assert [name[0] for name in here] == ["c"]
    assert fleet.cases["pod"].tolist() == ["a", "b", "c"]


def test_two_scans_do_not_write_into_one_folder(tmp_path: Path, here: list[str]) -> None:
    del here
    put_small(tmp_path / "d", "s-1.heapsnapshot")
    store = Store(tmp_path / "out")
    store.create()
    with store.locked(), pytest.raises(HeapnbError, match="Another scan"):
        hn.scan(tmp_path / "d", tmp_path / "out", progress=False)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").touch()
    with pytest.raises(HeapnbError, match="other files"):
        hn.scan(tmp_path / "d", tmp_path / "other", progress=False)


def test_logs_reports_and_side_files(tmp_path: Path, here: list[str]) -> None:
    del here
    files = put_small(
        tmp_path / "d", *(f"Heap.20260101.12000{i}.17.0.00{i}.heapsnapshot" for i in (1, 2))
    )
    put_side_file(files[0], pid=17, memory={"rss": 5, "heap_used": 3}, time="2026-01-01T12:00:01Z")
    rows = [
        {"time": f"2026-01-01T12:{i // 60:02}:{i % 60:02}Z", "rss": 100 + i} for i in range(3000)
    ]
    log = "\n".join(map(json.dumps, rows))
    (tmp_path / "d" / "memory.jsonl.gz").write_bytes(gzip.compress(log.encode()))
    (tmp_path / "d" / "gc.log").write_text("nothing about garbage\n")
    report = {
        "header": {"processId": 17, "trigger": "FatalError", "dumpEventTimeStamp": "1767268800000"},
        "javascriptHeap": {"usedMemory": 9},
    }
    (tmp_path / "d" / "report.20260101.120000.17.0.001.json").write_text(json.dumps(report))
    fleet = hn.scan(tmp_path / "d", tmp_path / "out", progress=False)
    (case,) = fleet.cases.to_dict("records")
    assert (case["status"], case["outcome"], case["ended"]) == ("partly", "killed", "killed")
    assert case["error"].startswith("gc.log: ")
    counts = fleet.memory["source"].value_counts().to_dict()
    assert counts == {"memory log": 1500, "side file": 1, "report": 1}
    assert fleet.memory.loc[fleet.memory["source"] == "memory log", "rss"].iloc[:2].tolist() == [
        100,
        102,
    ]


def test_texts_of_the_heap_are_masked(tmp_path: Path, here: list[str]) -> None:
    del here
    secret = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
    from heapnb.testing import SnapshotBuilder

    (tmp_path / "d").mkdir()
    edges = " ".join(f"cache[{i}]>{secret}_{i}" for i in range(4))
    content = SnapshotBuilder.from_edges(f"root.cache>cache {edges}").to_bytes()
    (tmp_path / "d" / "s.heapsnapshot").write_bytes(content)
    hidden = hn.scan(tmp_path / "d", tmp_path / "out", progress=False)
    shown = hn.scan(tmp_path / "d", tmp_path / "plain", progress=False, redact=False)
    assert shown.constructors["class_name"].str.contains(secret).any()
    assert not hidden.constructors["class_name"].str.contains(secret).any()
    assert hidden.constructors["class_name"].str.contains("•••").any()


def cases_of(folder: Path) -> list[Case]:
    return list(plan_cases(find_inputs(folder), Names()).cases)


def test_the_largest_case_is_first_and_workers_have_room(tmp_path: Path) -> None:
    for number, entries in enumerate((10, 2000, 200)):
        put_small(tmp_path / f"pod={number}", "s-1.heapsnapshot", entries=entries)
    found = cases_of(tmp_path)
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        order = [case.name[0] for case, _ in examined_on(client, found, Options())]
    assert order == ["1", "2", "0"]
    chosen = Workers.for_cases(found)
    assert chosen.count * chosen.memory_limit <= MEMORY_LIMIT
    assert Workers.for_cases(found, memory_limit=MEMORY_LIMIT).count == 1
    assert Workers.for_cases(found, 3, 10**9) == Workers(3, 10**9)


class Killer(WorkerPlugin):
    """Kills a worker with SIGKILL in the middle of the cases of a folder.

    Parameters
    ----------
    folder : str
        How the folder ends.
    marks : str
        Where each death leaves a file.
    times : int
        How many workers die.
    """

    def __init__(self, folder: str, marks: str, times: int) -> None:
        self.folder = folder
        self.marks = marks
        self.times = times

    def setup(self, worker: object) -> None:
        """Wrap the last step of a case."""
        del worker
        mask = tasks._mask

        def deadly(rows: Any, *given: Any, **named: Any) -> None:
            mask(rows, *given, **named)
            marks = Path(self.marks)
            if rows["cases"][0]["folder"].endswith(self.folder) and (
                len(list(marks.iterdir())) < self.times
            ):
                (marks / str(os.getpid())).touch()
                os.kill(os.getpid(), signal.SIGKILL)

        tasks._mask = deadly


@contextmanager
def own_cluster(retries: int) -> Iterator[Client]:
    import dask

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": retries}),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_its_case_starts_again(tmp_path: Path) -> None:
    put_series(tmp_path / "d" / "pod=a", LEAK)
    marks = tmp_path / "marks"
    marks.mkdir()
    with own_cluster(retries=2) as client:
        client.register_plugin(Killer("pod=a", str(marks), 1))
        fleet = hn.scan(tmp_path / "d", tmp_path / "out", client=client, progress=False)
    assert fleet.cases["verdict"].tolist() == ["leak"]
    assert len(list(marks.iterdir())) == 1


@pytest.mark.slow
def test_a_case_that_kills_each_worker_is_a_row(tmp_path: Path) -> None:
    put_small(tmp_path / "d" / "pod=good", "s-1.heapsnapshot")
    put_small(tmp_path / "d" / "pod=killer", "s-1.heapsnapshot", "s-2.heapsnapshot")
    marks, out = tmp_path / "marks", tmp_path / "out"
    marks.mkdir()
    with own_cluster(retries=1) as client:
        client.register_plugin(Killer("pod=killer", str(marks), 99))
        fleet = hn.scan(tmp_path / "d", out, client=client, progress=False)
    assert len(list(marks.iterdir())) == 2
    assert fleet.cases["status"].tolist() == ["ok", "failed"]
    assert fleet.failures["error"].str.contains("Its worker was killed each time").all()
    # What failed for want of a worker is tried again.
    fleet = hn.scan(tmp_path / "d", out, workers=1, progress=False)
    assert fleet.cases["status"].tolist() == ["ok", "ok"]


def test_a_worker_needs_memory_to_begin(tmp_path: Path) -> None:
    put_small(tmp_path / "d", "s-1.heapsnapshot")
    with pytest.raises(HeapnbError, match="at least 400 MB"):
        hn.scan(tmp_path / "d", tmp_path / "out", memory_limit=60_000_000, progress=False)


@pytest.mark.slow
def test_the_memory_of_a_worker_stays_bounded(tmp_path: Path) -> None:
    for number in range(12):
        put_series(tmp_path / "d" / f"pod={number:02}", LEAK)
    fleet = hn.scan(tmp_path / "d", tmp_path / "out", workers=1, progress=False)
    order = fleet.cases.sort_values("worker_peak")["worker_peak"].tolist()
    # One process did all of them: what the first three needed is enough for the others.
    assert order[-1] < 1.15 * order[2]


@pytest.mark.slow
def test_a_script_without_a_guard_is_run_once(tmp_path: Path) -> None:
    put_small(tmp_path / "d" / "pod=a", "s-1.heapsnapshot")
    script = tmp_path / "script.py"
    script.write_text(
        "import heapnb as hn\n"
        f"print('ran')\nfleet = hn.scan({str(tmp_path / 'd')!r}, {str(tmp_path / 'out')!r})\n"
        "print(len(fleet.cases))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout.split() == ["ran", "1"], done.stderr
