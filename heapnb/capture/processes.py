"""What Linux says about a process: ``/proc`` and the memory limits of its control group.

The only module that reads them. Values are bytes; whatever the system does not tell is None.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from heapnb.errors import CaptureError

_POLL_SECONDS: Final = 0.02

_LEAST_CPU_SECONDS: Final = 0.1
"""Timers and health checks of a program that otherwise stands still use less."""

_UNLIMITED: Final = 1 << 60
"""Version 1 says "no limit" with the largest multiple of the page size below 2**63."""

_LISTENING: Final = "0A"
_IPV4_DIGITS: Final = 8
_SOCKET: Final = re.compile(r"socket:\[(\d+)\]")

_ROLLUP: Final = (
    *("rss", "pss", "shared_clean", "shared_dirty", "private_clean", "private_dirty"),
    *("anonymous", "swap"),
)


@dataclass(frozen=True)
class ProcessStatus:
    """A process, as ``/proc/PID/status`` describes it.

    Parameters
    ----------
    pid : int
        The process id as this process sees it.
    name : str
        The first 15 bytes of its name.
    user : int
        Its effective user id.
    inner_pid : int
        Its id in its own PID namespace: what the program itself takes for its pid.
    threads : int
        Number of threads.
    rss, rss_peak, rss_anonymous, rss_file, swap, address_space : int or None
        Bytes.
    caught_signals : int
        Bit n - 1 is set if the program handles signal n.
    """

    pid: int
    name: str
    user: int
    inner_pid: int
    threads: int
    rss: int | None
    rss_peak: int | None
    rss_anonymous: int | None
    rss_file: int | None
    swap: int | None
    address_space: int | None
    caught_signals: int

    def handles(self, signal_number: int) -> bool:
        """Return whether the program handles a signal, instead of being ended by it."""
        return bool(self.caught_signals >> (signal_number - 1) & 1)


@dataclass(frozen=True)
class Cgroup:
    """The memory of a control group.

    Parameters
    ----------
    version : {1, 2}
        Which interface the numbers come from.
    limit : int or None
        The limit in bytes, of the group or of the one around it that has the least memory left;
        None: unlimited.
    usage : int or None
        Bytes that count towards the limit.
    reclaimable : int
        Bytes of `usage` that the kernel frees before it kills: inactive pages of files.
    oom_kills : int or None
        How many processes of the group the kernel has killed.
    """

    version: Literal[1, 2]
    limit: int | None
    usage: int | None
    reclaimable: int
    oom_kills: int | None

    @property
    def available(self) -> int | None:
        """Bytes until the limit; None if there is none, or the usage is unknown."""
        if self.limit is None or self.usage is None:
            return None
        return max(0, self.limit - self.usage + self.reclaimable)


@dataclass(frozen=True)
class ListeningSocket:
    """A TCP socket at which a process accepts connections."""

    host: str
    port: int


class ProcessReader:
    """Read ``/proc`` and ``/sys/fs/cgroup``.

    Parameters
    ----------
    root : Path, optional
        The folder that contains ``proc`` and ``sys``; tests pass one of their own.

    Examples
    --------
    >>> import os
    >>> ProcessReader().status(os.getpid()).rss > 0  # doctest: +SKIP
    True
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._proc = root / "proc"
        self._cgroups = root / "sys" / "fs" / "cgroup"

    # -- a process ---------------------------------------------------------------------------

    def is_running(self, pid: int) -> bool:
        """Return whether a process exists and has not ended (it may wait for its parent)."""
        text = _text(self._of(pid) / "stat")
        # The name, in parentheses, may contain anything.
        return text is not None and text.rpartition(")")[2].split()[:1] not in (["Z"], ["X"])

    def ends(self, pid: int, seconds: float) -> bool:
        """Wait for a process to end, and return whether it has."""
        deadline = time.monotonic() + seconds
        while self.is_running(pid):
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def status(self, pid: int) -> ProcessStatus:
        """Read ``/proc/PID/status``.

        Raises
        ------
        CaptureError
            If there is no such process, or the system has no ``/proc``.
        """
        if not self._proc.is_dir():
            raise CaptureError(
                "Finding a process by its id needs /proc, which only Linux has.",
                hint="send it SIGUSR1, and name the inspector's port: --port 9229.",
            )
        text = _text(self._of(pid) / "status")
        if text is None:
            raise CaptureError(
                f"There is no process {pid}.",
                hint="check the id with `ps`; a process in a container has another id inside.",
            )
        values = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        return ProcessStatus(
            pid=pid,
            name=values.get("Name", "").strip(),
            user=int(values.get("Uid", "0 0").split()[1]),
            inner_pid=int(values.get("NSpid", str(pid)).split()[-1]),
            threads=int(values.get("Threads", "1")),
            rss=_kilobytes(values.get("VmRSS")),
            rss_peak=_kilobytes(values.get("VmHWM")),
            rss_anonymous=_kilobytes(values.get("RssAnon")),
            rss_file=_kilobytes(values.get("RssFile")),
            swap=_kilobytes(values.get("VmSwap")),
            address_space=_kilobytes(values.get("VmSize")),
            caught_signals=int(values.get("SigCgt", "0"), 16),
        )

    def smaps_rollup(self, pid: int) -> Mapping[str, int] | None:
        """Read the sums over all mappings; bytes by name, None without permission."""
        text = _text(self._of(pid) / "smaps_rollup")
        if not text:
            return None
        # The first line is the range of addresses.
        values = dict(line.lower().split(":", 1) for line in text.splitlines()[1:] if ":" in line)
        found = {name: _kilobytes(values.get(name)) for name in _ROLLUP}
        return {name: value for name, value in found.items() if value is not None}

    def smaps(self, pid: int) -> str | None:
        """Return the text of ``/proc/PID/smaps``, None without permission."""
        return _text(self._of(pid) / "smaps")

    def cpu_seconds(self, pid: int) -> float | None:
        """Return the CPU time that all threads have used."""
        text = _text(self._of(pid) / "stat")
        if text is None:
            return None
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def working(self, pid: int | None) -> Callable[[], bool]:
        """Return a function that says whether a process has used CPU time since its last call."""
        used = None if pid is None else self.cpu_seconds(pid)

        def is_working() -> bool:
            nonlocal used
            before, used = used, None if pid is None else self.cpu_seconds(pid)
            return before is not None and used is not None and used > before + _LEAST_CPU_SECONDS

        return is_working

    def command_line(self, pid: int) -> tuple[str, ...]:
        """Return the arguments; empty without permission. They may contain secrets."""
        text = _text(self._of(pid) / "cmdline")
        return tuple(text.rstrip("\0").split("\0")) if text else ()

    def executable(self, pid: int) -> str | None:
        """Return the path of the program's file, None without permission."""
        return _link(self._of(pid) / "exe")

    def folder(self, pid: int) -> Path | None:
        """Return the working directory, None without permission.

        For a process in a container, the path leads through ``/proc``, and exists as long as the
        process does.
        """
        path = self._of(pid) / "cwd"
        link = _link(path)
        if link is None or not path.is_dir():
            return None
        with suppress(OSError):
            if path.samefile(link):
                return Path(link)
        return path

    def path_of(self, pid: int, path: str) -> Path:
        """Return where an absolute path of a process is, also if it runs in a container."""
        return self._of(pid) / "root" / path.lstrip("/")

    def namespace(self, pid: int | Literal["self"], kind: str) -> str | None:
        """Return the identity of a namespace (``"net"``, ``"pid"``), None without permission."""
        return _link(self._proc / str(pid) / "ns" / kind)

    def limit(self, pid: int, name: str) -> int | None:
        """Return a soft limit of ``ulimit``, such as ``"Max address space"``; None: unlimited."""
        for line in (_text(self._of(pid) / "limits") or "").splitlines():
            if line.startswith(name):
                value = line[len(name) :].split()[0]
                return int(value) if value.isdigit() else None
        return None

    def listening(self, pid: int) -> tuple[ListeningSocket, ...] | None:
        """Return the TCP sockets at which a process accepts connections.

        Returns
        -------
        tuple of ListeningSocket or None
            None without permission to list the files of the process.
        """
        try:
            links = [_link(one) for one in (self._of(pid) / "fd").iterdir()]
        except OSError:
            return None
        inodes = {match[1] for link in links if link and (match := _SOCKET.fullmatch(link))}
        found: dict[ListeningSocket, None] = {}
        for table in ("tcp", "tcp6"):
            for line in (_text(self._of(pid) / "net" / table) or "").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING and fields[9] in inodes:
                    address, _, port = fields[1].partition(":")
                    found[ListeningSocket(_host(address), int(port, 16))] = None
        return tuple(found)

    # -- memory of the system and of control groups --------------------------------------------

    def available_memory(self) -> int | None:
        """Return the bytes that programs can still get without swapping."""
        for line in (_text(self._proc / "meminfo") or "").splitlines():
            name, _, value = line.partition(":")
            if name == "MemAvailable":
                return _kilobytes(value)
        return None

    def cgroup(self, pid: int | Literal["self"]) -> Cgroup | None:
        """Return the memory of a process's control group; None if there is none to read."""
        lines = (_text(self._proc / str(pid) / "cgroup") or "").splitlines()
        entries = [line.split(":", 2) for line in lines if line.count(":") > 1]
        for _, controllers, path in entries:
            if "memory" in controllers.split(","):
                return _version_1(list(_levels(self._cgroups / "memory", path)))
        for _, controllers, path in entries:
            if not controllers:
                return _version_2(list(_levels(self._cgroups, path)))
        return None

    def _of(self, pid: int) -> Path:
        return self._proc / str(pid)


def _levels(mount: Path, path: str) -> Iterator[Path]:
    """Yield the folders of a group and of the groups around it, from the inside.

    In a container, the path may be the host's while the mount shows the group itself as its root.
    """
    parts = [part for part in path.split("/") if part not in {"", ".."}]
    for length in range(len(parts), -1, -1):
        folder = mount.joinpath(*parts[:length])
        if folder.is_dir():
            yield folder


def _version_1(levels: list[Path]) -> Cgroup | None:
    levels = [one for one in levels if (one / "memory.limit_in_bytes").is_file()]
    if not levels:
        return None
    groups = [
        Cgroup(
            version=1,
            limit=_limit(one / "memory.limit_in_bytes"),
            usage=_number(one / "memory.usage_in_bytes"),
            reclaimable=_pairs(one / "memory.stat").get("total_inactive_file", 0),
            oom_kills=_pairs(levels[0] / "memory.oom_control").get("oom_kill"),
        )
        for one in levels
    ]
    chosen = _tightest(groups)
    # Groups around this one may be invisible in a container; their limit still counts.
    outer = _pairs(levels[0] / "memory.stat").get("hierarchical_memory_limit")
    if outer is not None and outer < min(chosen.limit or _UNLIMITED, _UNLIMITED):
        chosen = replace(groups[0], limit=outer)
    return chosen


def _version_2(levels: list[Path]) -> Cgroup | None:
    # The root group of the machine has none of these files.
    levels = [one for one in levels if (one / "memory.current").is_file()]
    if not levels:
        return None
    groups = [
        Cgroup(
            version=2,
            limit=_limit(one / "memory.max"),
            usage=_number(one / "memory.current"),
            reclaimable=_pairs(one / "memory.stat").get("inactive_file", 0),
            oom_kills=_pairs(levels[0] / "memory.events").get("oom_kill"),
        )
        for one in levels
    ]
    return _tightest(groups)


def _tightest(groups: list[Cgroup]) -> Cgroup:
    """Return the group with the least memory left; the innermost if none has a limit."""
    limited = [one for one in groups if one.available is not None]
    return min(limited, key=lambda one: one.available or 0, default=groups[0])


def _limit(path: Path) -> int | None:
    value = _number(path)
    return None if value is None or value >= _UNLIMITED else value


def _number(path: Path) -> int | None:
    """Read one number; None for "max" and for a file that cannot be read."""
    text = (_text(path) or "").strip()
    return int(text) if text.isdigit() else None


def _pairs(path: Path) -> dict[str, int]:
    """Read lines of a name and a number."""
    pairs = (line.split() for line in (_text(path) or "").splitlines())
    return {
        pair[0]: int(pair[1])
        for pair in pairs
        if len(pair) == 2 and pair[1].isdigit()  # noqa: PLR2004
    }


def _kilobytes(text: str | None) -> int | None:
    """Return the bytes of a value such as ``"1612 kB"``."""
    return None if text is None else int(text.split()[0]) * 1024


def _host(address: str) -> str:
    """Decode an address of ``/proc/net/tcp``: 32-bit words in the machine's byte order."""
    words = [int(address[start : start + 8], 16) for start in range(0, len(address), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    family = socket.AF_INET if len(address) == _IPV4_DIGITS else socket.AF_INET6
    return socket.inet_ntop(family, packed)


def _text(path: Path) -> str | None:
    """Read a file; None if it does not exist, may not be read, or its process has ended."""
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace")
    return None


def _link(path: Path) -> str | None:
    with suppress(OSError):
        return str(path.readlink())
    return None
