"""Which files a fleet has, where they come from, and which belong together."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from heapnb.errors import HeapnbError, SnapshotNotFoundError
from heapnb.fleet.cases import Plan, plan_cases
from heapnb.fleet.inputs import MANIFEST, Input, find_inputs, kind_of_file
from heapnb.fleet.labels import read_labels
from heapnb.fleet.origins import Names, Origin, with_labels
from tests.fleet.conftest import put_side_file


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")


def planned(folder: Path, names: str | None = None, labels: object = None) -> Plan:
    return plan_cases(find_inputs(folder), Names(names), read_labels(labels))


def groups(plan: Plan) -> list[list[str]]:
    return [[one.file.name for one in case.snapshots] for case in plan.cases]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Heap.20260101.120000.17.0.001.heapsnapshot", "snapshot"),
        ("x.heapsnapshot.zst", "snapshot"),
        ("x.heaptimeline.gz", "snapshot"),
        ("x.heapprofile", None),
        ("x.heapnb.json", "side file"),
        ("heapnb-20260101T120000-17-0.memory.jsonl", "memory log"),
        ("memory.jsonl.gz", "memory log"),
        ("gc.log", "gc log"),
        ("web-1.gc.17.log", "gc log"),
        ("report.20260101.120000.17.0.001.json", "report"),
        ("exit_code", "exit code"),
        ("web-1.exit", "exit code"),
        ("package.json", None),
        (MANIFEST, None),
        ("app.log", None),
    ],
)
def test_kinds_of_files_by_their_names(name: str, kind: str | None) -> None:
    assert kind_of_file(name) == kind


def test_a_folder_is_searched_with_its_subfolders(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.heapsnapshot", "a/b/2.heapsnapshot.gz", "a/.hidden/3.heapsnapshot", "x.js")
    touch(tmp_path, "old/" + MANIFEST, "old/4.heapsnapshot")
    found = find_inputs(tmp_path)
    assert [one.name for one in found] == ["1.heapsnapshot", "2.heapsnapshot.gz"]
    assert all(one.size == 2 and one.stamp.isdigit() for one in found)


def test_patterns_bring_the_side_files(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.heapsnapshot", "a/1.heapnb.json", "b/2.heapsnapshot")
    found = find_inputs([f"{tmp_path}/**/*.heapsnapshot"])
    assert [one.name for one in found] == ["1.heapnb.json", "1.heapsnapshot", "2.heapsnapshot"]


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SnapshotNotFoundError):
        find_inputs(tmp_path / "none")
    with pytest.raises(HeapnbError, match="no file matches"):
        find_inputs(f"{tmp_path}/*.heapsnapshot")
    touch(tmp_path, "app.js", "exit_code")
    with pytest.raises(HeapnbError, match="no snapshots and no logs"):
        find_inputs(tmp_path)
    with pytest.raises(HeapnbError, match="neither a snapshot nor a log"):
        find_inputs(tmp_path / "app.js")


def test_names_of_node_and_of_the_kit() -> None:
    names = Names()
    node = names.of(Input("/d/Heap.20260101.120000.17.2.003.heapsnapshot", "snapshot"))
    assert (node.pid, node.worker, node.index) == (17, "2", 3)
    assert node.time == datetime(2026, 1, 1, 12, tzinfo=UTC)
    kit = names.of(Input("/d/heapnb-20260101T120000-17-2-003.heapsnapshot.gz", "snapshot"))
    assert (kit.series, kit.pid, kit.worker, kit.index) == ("20260101T120000-17-2", 17, "2", 3)
    log = names.of(Input("/d/heapnb-20260101T120000-17-2.memory.jsonl", "memory log"))
    assert (log.series, log.index) == (kit.series, None)


def test_folders_with_keys_and_templates() -> None:
    url = "/dumps/pod=web-1/host=n3/zone=b/Heap.20260101.120000.1.0.001.heapsnapshot"
    origin = Names().of(Input(url, "snapshot"))
    assert (origin.pod, origin.host, origin.labels) == ("web-1", "n3", {"zone": "b"})
    template = Names("{pod}/{build}/{team}-*.heapsnapshot")
    origin = template.of(Input("/x/web-1/1.4.2/shop-7.heapsnapshot", "snapshot"))
    assert (origin.pod, origin.build, origin.labels) == ("web-1", "1.4.2", {"team": "shop"})
    regex = Names(re.compile(r"/(?P<pod>[a-z]+)-(?P<time>[\dT:-]+)\.heap"))
    origin = regex.of(Input("/x/web-2026-01-01T12:00:00.heapsnapshot", "snapshot"))
    assert (origin.pod, origin.time) == ("web", datetime(2026, 1, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize("template", ["*.heapsnapshot", "{pod}/{pod}", re.compile("web")])
def test_templates_that_say_nothing(template: str | re.Pattern[str]) -> None:
    with pytest.raises(HeapnbError, match=r"no field|twice|no named group"):
        Names(template)


def test_odd_values_are_left_out() -> None:
    origin = with_labels(Origin(), {"pid": "x", "time": "yesterday", "pod": " ", "a": "b"})
    assert origin == Origin(labels={"a": "b"})


def test_series_of_processes_and_threads(tmp_path: Path) -> None:
    names = [
        f"Heap.20260101.12000{i}.17.{thread}.00{i}.heapsnapshot"
        for thread in (0, 1)
        for i in (1, 2)
    ]
    touch(tmp_path, *names, "gc-17.log")
    plan = planned(tmp_path)
    assert groups(plan) == [names[:2], names[2:]]
    assert [case.origin.worker for case in plan.cases] == ["0", "1"]
    # A log of the process goes with the main thread.
    assert [len(case.logs) for case in plan.cases] == [1, 0]


def test_the_same_process_id_in_two_pods(tmp_path: Path) -> None:
    touch(tmp_path, "a/Heap.20260101.120000.1.0.001.heapsnapshot")
    touch(tmp_path, "b/Heap.20260101.120000.1.0.001.heapsnapshot")
    assert len(planned(tmp_path).cases) == 2
    cases = planned(tmp_path, "{pod}/*").cases
    assert [case.origin.pod for case in cases] == ["a", "b"]


def test_snapshots_of_one_pod_in_folders_by_time(tmp_path: Path) -> None:
    for hour in (1, 2, 3):
        touch(tmp_path, f"2026-01-01T0{hour}/web-1.heapsnapshot")
        touch(tmp_path, f"2026-01-01T0{hour}/web-2.heapsnapshot")
    plan = planned(tmp_path, "{time}/{pod}.heapsnapshot")
    assert [len(case.snapshots) for case in plan.cases] == [3, 3]


def test_recordings_and_names_without_numbers(tmp_path: Path) -> None:
    touch(tmp_path, *(f"one/snapshot-{i}.heapsnapshot" for i in (1, 2, 10)))
    touch(tmp_path, *(f"two/{name}.heapsnapshot.zst" for name in ("before", "after1", "after2")))
    touch(tmp_path, *(f"three/{name}{i}.heapsnapshot" for name in "ab" for i in (1, 2)))
    plan = planned(tmp_path)
    assert sorted(map(len, groups(plan))) == [2, 2, 3, 3]
    (one,) = (case for case in plan.cases if case.name.startswith("one"))
    assert [member.origin.index for member in one.snapshots] == [1, 2, 10]


def test_side_files_name_the_series(tmp_path: Path) -> None:
    touch(tmp_path, "x.heapsnapshot", "y.heapsnapshot", "z.heapsnapshot", "z.heapnb.json")
    app = {"name": "shop", "version": "1.4.2"}
    for name in "xy":
        put_side_file(
            tmp_path / f"{name}.heapsnapshot", series="s", pid=7, thread_name="mailer", app=app
        )
    plan = planned(tmp_path)
    (case, other) = sorted(plan.cases, key=lambda case: -len(case.snapshots))
    assert (case.origin.build, case.origin.worker, case.origin.pid) == ("1.4.2", "mailer", 7)
    assert case.origin.labels == {"app": "shop"}
    assert "the side file is ignored" in other.warnings[0]


def test_names_of_the_user_count_more_than_side_files(tmp_path: Path) -> None:
    touch(tmp_path, "1.5.0/x.heapsnapshot")
    put_side_file(tmp_path / "1.5.0" / "x.heapsnapshot", app={"version": "0.0.0"})
    assert planned(tmp_path, "{build}/*").cases[0].origin.build == "1.5.0"
    assert planned(tmp_path).cases[0].origin.build == "0.0.0"


def test_logs_alone_are_a_case(tmp_path: Path) -> None:
    touch(tmp_path, "pod=a/memory.jsonl", "pod=b/1.heapsnapshot", "pod=b/gc.log")
    cases = planned(tmp_path).cases
    assert [(len(one.snapshots), len(one.logs)) for one in cases] == [(0, 1), (1, 1)]


def test_outcomes_of_exit_codes_and_labels(tmp_path: Path) -> None:
    touch(tmp_path, *(f"pod={pod}/1.heapsnapshot" for pod in "abcd"))
    (tmp_path / "pod=a" / "exit_code").write_text("137")
    (tmp_path / "pod=b" / "exit_code").write_text("0\n")
    labels = tmp_path / "labels.csv"
    labels.write_text("Pod,outcome,build\nb,OOMKilled,1.4\nc,healthy,\nq,killed,\n")
    plan = planned(tmp_path, labels=labels)
    found = {case.origin.pod: case.origin.labels.get("outcome") for case in plan.cases}
    assert found == {"a": "killed", "b": "OOMKilled", "c": "healthy", "d": None}
    assert plan.cases[1].origin.build == "1.4"
    assert plan.warnings == ("1 of 3 rows of labels fit no case.",)


def test_labels_in_other_forms(tmp_path: Path) -> None:
    (row,) = read_labels([{"file": "web/*", "outcome": "killed", "n": 3.0, "x": float("nan")}])
    assert row.values == {"outcome": "killed", "n": "3"}
    assert row.fits("c", Origin(), ["/d/web/1.heapsnapshot"])
    assert not row.fits("c", Origin(), ["/d/other/1.heapsnapshot"])
    (row,) = read_labels([{"build": "1.4.2", "outcome": "killed"}])
    assert row.fits("c", Origin(build="1.4.2"), [])
    with pytest.raises(HeapnbError, match="which cases"):
        read_labels([{"outcome": "killed"}])
    with pytest.raises(HeapnbError, match="Cannot read"):
        read_labels(tmp_path / "none.csv")
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"pod\n\xff\xfe")
    with pytest.raises(HeapnbError, match="not a CSV"):
        read_labels(bad)


def test_names_of_cases_are_stable_and_fit_for_files(tmp_path: Path) -> None:
    touch(tmp_path, "pod=..%2F x/1.heapsnapshot", "pod=-/2.heapsnapshot")
    names = [case.name for case in planned(tmp_path).cases]
    assert names == [case.name for case in planned(tmp_path).cases]
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) for name in names)
    assert json.loads(json.dumps(names)) == names
