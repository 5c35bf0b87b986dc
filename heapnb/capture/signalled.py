"""Take the snapshot that a process writes itself when it gets a signal."""

from __future__ import annotations

import os
import re
import shutil
import signal as signals
import time
from datetime import datetime
from pathlib import Path
from typing import Final

from heapnb.capture.chunks import private_file
from heapnb.capture.names import Place
from heapnb.capture.node_inspector import may_not_reach
from heapnb.capture.processes import ProcessReader
from heapnb.capture.side_file_writing import beside, observe, write_side_file
from heapnb.errors import CaptureError, HeapnbError
from heapnb.progress import stage

_POLL_SECONDS: Final = 0.2
_STILL_SECONDS: Final = 1.0
"""A complete file that has not grown for so long is finished."""

_COPY_BYTES: Final = 1 << 20
_TAIL_BYTES: Final = 64
_FOLDER_FLAG: Final = re.compile(r"--(?:diagnostic-dir|report-dir(?:ectory)?)=(.+)", re.DOTALL)


def capture_by_signal(
    pid: int,
    signal: str | int,
    folder: str | os.PathLike[str] | None,
    place: Place,
    processes: ProcessReader,
    *,
    silence: float,
    series: str,
    index: int,
    is_only: bool,
    units: int | None,
) -> Path:
    """Send a signal to a process that was started with ``--heapsnapshot-signal``.

    Parameters
    ----------
    pid : int
        The process.
    signal : str or int
        Such as ``"SIGUSR2"``.
    folder : str or PathLike or None
        Where the process writes; by default its working directory, or its ``--diagnostic-dir``.
    place : Place
        Where the snapshot goes; the file of the process is removed after it was copied.
    processes : ProcessReader
        What reads ``/proc``.
    silence : float
        Seconds without growth after which the process counts as stuck.
    series, index, is_only, units
        For names and the side file; see `write_side_file`.

    Returns
    -------
    Path
        The snapshot.

    Raises
    ------
    CaptureError
        If the process does not handle the signal, writes no file, or ends before it is complete.
    """
    number = signal_number(signal)
    status = processes.status(pid)
    if not processes.is_running(pid):
        raise CaptureError(f"Process {pid} has ended.", hint="check the id with `ps`.")
    if not status.handles(number):
        raise CaptureError(
            f"Process {pid} does not handle {signals.Signals(number).name}; the signal would end"
            " it, so heapnb does not send it.",
            hint="start the program with --heapsnapshot-signal=SIGUSR2 (also in NODE_OPTIONS), or"
            " leave --signal away.",
        )
    source = _folder_of(pid, folder, processes)
    pattern = re.compile(rf"Heap\.\d+\.\d+\.{status.inner_pid}\.\d+\.\d+\.heapsnapshot")
    before = {path.name for path in source.iterdir()}
    system = observe(pid, processes)
    now, start = datetime.now().astimezone(), time.monotonic()
    try:
        os.kill(pid, number)
    except PermissionError:
        raise may_not_reach(status) from None
    written = _await_file(pid, source, pattern, before, processes, silence)
    target = place.path(pid, 0, index, is_only=is_only, time=now)
    with stage("Compressing"), beside(target), private_file(target) as stream:
        with written.open("rb") as file:
            shutil.copyfileobj(file, stream, _COPY_BYTES)
        write_side_file(
            target,
            {"pid": status.inner_pid, "thread_id": 0, "target": {"type": "node"}},
            system,
            reason="signal",
            time=now,
            duration_ms=round((time.monotonic() - start) * 1000),
            series=series,
            index=index,
            units=units,
        )
    written.unlink()
    return target


def signal_number(signal: str | int) -> int:
    """Return the number of a signal.

    Raises
    ------
    HeapnbError
        If there is no such signal.

    Examples
    --------
    >>> signal_number("usr2") == signal_number("SIGUSR2")
    True
    """
    if isinstance(signal, int) or signal.isdigit():
        known = {one.value for one in signals.Signals}
        if int(signal) in known:
            return int(signal)
    else:
        name = "SIG" + signal.upper().removeprefix("SIG")
        if name in signals.Signals.__members__:
            return signals.Signals[name].value
    raise HeapnbError(f"There is no signal {signal!r}.", hint="such as SIGUSR2.")


def _folder_of(pid: int, folder: str | os.PathLike[str] | None, processes: ProcessReader) -> Path:
    """Return where a process writes its snapshots."""
    if folder is not None:
        if not Path(folder).is_dir():
            raise HeapnbError(f"{folder}: there is no such folder.")
        return Path(folder)
    own = processes.folder(pid)
    if own is None:
        raise may_not_reach(processes.status(pid))
    for flag in map(_FOLDER_FLAG.fullmatch, processes.command_line(pid)):
        if flag is not None:
            named = processes.path_of(pid, flag[1]) if flag[1].startswith("/") else own / flag[1]
            return named if named.is_dir() else own
    return own


def _await_file(
    pid: int,
    folder: Path,
    pattern: re.Pattern[str],
    before: set[str],
    processes: ProcessReader,
    silence: float,
) -> Path:
    """Wait until a new file is there and complete."""
    path, size, changed = None, -1, time.monotonic()
    is_working = processes.working(pid)
    with stage("Waiting for the file of the process") as advance:
        while True:
            is_running = processes.is_running(pid)
            if not folder.is_dir():
                # The folder of a container, which ends with its process.
                raise _died(pid, path, size)
            if path is None:
                new = (one for one in folder.iterdir() if one.name not in before)
                path = next((one for one in new if pattern.fullmatch(one.name)), None)
            if path is not None:
                now = path.stat().st_size
                if now != size:
                    size, changed = now, time.monotonic()
                    advance(size, 0)
                is_still = time.monotonic() - changed >= _STILL_SECONDS
                if (is_still or not is_running) and is_complete(path):
                    return path
            if not is_running:
                raise _died(pid, path, size)
            if time.monotonic() - changed > silence:
                # The file is empty while V8 builds the snapshot.
                if path is None or not is_working():
                    raise _silent(pid, path, folder, silence)
                changed = time.monotonic()
            time.sleep(_POLL_SECONDS)


def is_complete(path: Path) -> bool:
    """Return whether a plain snapshot ends as one that was written to its end."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
        return file.read().rstrip().endswith(b"]}")


def _died(pid: int, path: Path | None, size: int) -> CaptureError:
    rest = "" if path is None else f" It left {path}, {size:,} bytes, which is not complete."
    return CaptureError(
        f"Process {pid} ended while it wrote its snapshot.{rest}",
        hint="it was probably killed for memory (`dmesg`, `kubectl describe pod`); --salvage reads"
        " what an incomplete file has.",
    )


def _silent(pid: int, path: Path | None, folder: Path, silence: float) -> CaptureError:
    if path is None:
        return CaptureError(
            f"Process {pid} has written no snapshot to {folder} within {silence:g} s after the"
            " signal.",
            hint="name the folder that it writes to with folder=… (--dir); its event loop may also"
            " be busy.",
        )
    return CaptureError(
        f"{path} has not grown for {silence:g} s and is not complete.",
        hint="check whether the process still runs and its disk has space.",
    )
