"""What ``/proc`` and control groups say, on this machine and in folders that tests write."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from heapnb.capture.processes import Cgroup, ListeningSocket, ProcessReader
from heapnb.errors import CaptureError

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def written(root: Path, files: dict[str, str]) -> ProcessReader:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return ProcessReader(root)


# -- this process -------------------------------------------------------------------------------


@linux
def test_this_process() -> None:
    reader, pid = ProcessReader(), os.getpid()
    status = reader.status(pid)
    assert status.inner_pid == pid
    assert status.user == os.geteuid()
    assert status.rss is not None
    assert status.rss_peak is not None
    assert 1 << 20 < status.rss <= status.rss_peak
    rollup = reader.smaps_rollup(pid)
    assert rollup is not None
    assert abs(rollup["rss"] - status.rss) < 1 << 26
    assert rollup["private_dirty"] <= rollup["rss"]
    assert reader.is_running(pid)
    assert reader.cpu_seconds(pid)
    assert reader.command_line(pid)
    assert (reader.folder(pid) or Path()).resolve() == Path.cwd()
    assert (reader.available_memory() or 0) > 1 << 20


@linux
def test_listening_sockets_of_both_families() -> None:
    reader, pid = ProcessReader(), os.getpid()
    before = set(reader.listening(pid) or ())
    with (
        socket.create_server(("127.0.0.1", 0)) as four,
        socket.create_server(("::1", 0), family=socket.AF_INET6) as six,
    ):
        ports = four.getsockname()[1], six.getsockname()[1]
        found = set(reader.listening(pid) or ()) - before
    assert found == {ListeningSocket("127.0.0.1", ports[0]), ListeningSocket("::1", ports[1])}
    assert set(reader.listening(pid) or ()) == before


@linux
def test_a_process_that_does_not_exist() -> None:
    reader = ProcessReader()
    pid = next(pid for pid in range(1 << 21, 1 << 22) if not Path(f"/proc/{pid}").exists())
    assert not reader.is_running(pid)
    assert reader.listening(pid) is None
    assert reader.cgroup(pid) is None
    with pytest.raises(CaptureError, match=f"no process {pid}"):
        reader.status(pid)


def test_a_system_without_proc(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="only Linux"):
        ProcessReader(tmp_path).status(1)
    assert ProcessReader(tmp_path).available_memory() is None


def test_a_name_with_parentheses_and_an_ended_process(tmp_path: Path) -> None:
    fields = " ".join("0" for _ in range(10))
    reader = written(tmp_path, {"proc/7/stat": f"7 (a) Z (b) S {fields} 120 80 0"})
    assert reader.is_running(7)
    assert reader.cpu_seconds(7) == pytest.approx(200 / os.sysconf("SC_CLK_TCK"))
    reader = written(tmp_path, {"proc/7/stat": f"7 (a) Z {fields} 120 80 0"})
    assert not reader.is_running(7)


def test_signals_and_ids_of_a_container(tmp_path: Path) -> None:
    text = "Name:\tnode\nUid:\t0\t1000\t0\t0\nNSpid:\t4711\t1\nSigCgt:\t0000000000000200\n"
    status = written(tmp_path, {"proc/4711/status": text}).status(4711)
    assert (status.inner_pid, status.user, status.rss) == (1, 1000, None)
    assert status.handles(10)
    assert not status.handles(12)


def test_limits_of_ulimit(tmp_path: Path) -> None:
    text = (
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max file size             1048576              unlimited            bytes     \n"
        "Max address space         unlimited            unlimited            bytes     \n"
    )
    reader = written(tmp_path, {"proc/7/limits": text})
    assert reader.limit(7, "Max file size") == 1 << 20
    assert reader.limit(7, "Max address space") is None


# -- control groups -----------------------------------------------------------------------------

UNLIMITED = "9223372036854771712"


def test_version_2_counts_the_group_with_the_least_left(tmp_path: Path) -> None:
    reader = written(
        tmp_path,
        {
            "proc/7/cgroup": "0::/pods/one\n",
            "sys/fs/cgroup/pods/one/memory.max": "600\n",
            "sys/fs/cgroup/pods/one/memory.current": "100\n",
            "sys/fs/cgroup/pods/one/memory.stat": "anon 40\ninactive_file 30\n",
            "sys/fs/cgroup/pods/one/memory.events": "oom 3\noom_kill 2\n",
            "sys/fs/cgroup/pods/memory.max": "1000\n",
            "sys/fs/cgroup/pods/memory.current": "900\n",
            "sys/fs/cgroup/pods/memory.stat": "inactive_file 50\n",
        },
    )
    group = reader.cgroup(7)
    assert group == Cgroup(version=2, limit=1000, usage=900, reclaimable=50, oom_kills=2)
    assert group.available == 150


def test_version_2_without_a_limit(tmp_path: Path) -> None:
    reader = written(
        tmp_path,
        {
            "proc/7/cgroup": "0::/\n",
            "sys/fs/cgroup/memory.max": "max\n",
            "sys/fs/cgroup/memory.current": "900\n",
        },
    )
    group = reader.cgroup(7)
    assert group == Cgroup(version=2, limit=None, usage=900, reclaimable=0, oom_kills=None)
    assert group.available is None


def test_version_1_in_a_container_that_sees_only_its_own_group(tmp_path: Path) -> None:
    folder = "sys/fs/cgroup/memory"
    reader = written(
        tmp_path,
        {
            "proc/7/cgroup": "4:cpu,cpuacct:/docker/a\n3:memory:/docker/a\n0::/docker/a\n",
            f"{folder}/memory.limit_in_bytes": UNLIMITED,
            f"{folder}/memory.usage_in_bytes": "700",
            f"{folder}/memory.stat": "hierarchical_memory_limit 1000\ntotal_inactive_file 200\n",
            f"{folder}/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n",
        },
    )
    assert reader.cgroup(7) == Cgroup(1, limit=1000, usage=700, reclaimable=200, oom_kills=4)


def test_version_1_without_a_limit(tmp_path: Path) -> None:
    folder = "sys/fs/cgroup/memory"
    reader = written(
        tmp_path,
        {
            "proc/7/cgroup": "3:memory:/\n",
            f"{folder}/memory.limit_in_bytes": UNLIMITED,
            f"{folder}/memory.usage_in_bytes": "700",
            f"{folder}/memory.stat": f"hierarchical_memory_limit {UNLIMITED}\n",
        },
    )
    assert reader.cgroup(7) == Cgroup(1, limit=None, usage=700, reclaimable=0, oom_kills=None)


def test_no_control_group(tmp_path: Path) -> None:
    assert written(tmp_path, {"proc/7/cgroup": "1:name=systemd:/\n"}).cgroup(7) is None
    assert written(tmp_path, {"proc/7/cgroup": "0::/gone\n"}).cgroup(7) is None
