"""What can be captured: snapshots, snapshots with recorded allocations, sampling heap profiles.

V8 stops recording when the session of the inspector ends, whatever the reason. Sessions of Node's
workers outlive the connection, so `heapnb.capture.session` ends their recording.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Final, Literal, Protocol, TypeAlias

import orjson

from heapnb.capture.chunks import SnapshotOptions, Written, write_chunks
from heapnb.capture.targets import Target
from heapnb.errors import CaptureError

KindName: TypeAlias = Literal["snapshot", "timeline", "heap-profile"]

DEFAULT_SAMPLING: Final = 32_768
"""Bytes between two samples, on average; V8's own default."""

_SECONDS: Final = 120.0
"""A large heap takes a while to number its objects, or to be collected."""


@dataclass(frozen=True)
class Watch:
    """Limits and callbacks while V8 answers.

    Parameters
    ----------
    silence : float
        Seconds without any message after which the capture is given up.
    is_working : callable
        Asked then whether the process works all the same.
    on_building : callable
        Called with (done, total) while V8 builds a snapshot.
    on_writing : callable
        Called with the bytes that have arrived.
    """

    silence: float
    is_working: Callable[[], bool]
    on_building: Callable[[int, int], None]
    on_writing: Callable[[int], None]


class Kind(Protocol):
    """What is captured.

    Attributes
    ----------
    noun : str
        What one of its files is called.
    ending : str
        Of the names of its files, without compression.
    is_recording : bool
        Whether V8 records something before the file is written.
    has_stacks : bool
        Whether it records the call stack of each allocation.
    is_heavy : bool
        Whether V8 needs much memory for it, so that its cost is predicted.
    """

    noun: ClassVar[str]
    ending: ClassVar[str]
    is_recording: ClassVar[bool]
    is_heavy: ClassVar[bool]

    @property
    def has_stacks(self) -> bool:
        """See the attributes."""

    def begin(self, target: Target) -> None:
        """Begin to record."""

    def write(self, target: Target, stream: BinaryIO, watch: Watch, *, is_last: bool) -> Written:
        """Write a file's text to a stream."""


@dataclass(frozen=True)
class SnapshotKind:
    """Heap snapshots.

    Parameters
    ----------
    options : SnapshotOptions
        What they contain.
    """

    options: SnapshotOptions
    noun: ClassVar[str] = "snapshot"
    ending: ClassVar[str] = ".heapsnapshot"
    is_recording: ClassVar[bool] = False
    is_heavy: ClassVar[bool] = True

    @property
    def has_stacks(self) -> bool:
        """Plain snapshots have none."""
        return False

    def begin(self, target: Target) -> None:
        """Nothing is recorded."""

    def write(self, target: Target, stream: BinaryIO, watch: Watch, *, is_last: bool) -> Written:
        """Take a snapshot; see `write_chunks`."""
        del is_last
        return write_chunks(
            target,
            stream,
            self.options,
            silence=watch.silence,
            is_working=watch.is_working,
            on_building=watch.on_building,
            on_writing=watch.on_writing,
        )


@dataclass(frozen=True)
class TimelineKind(SnapshotKind):
    """Allocation time lines: snapshots that say when, and by whom, their objects were allocated.

    Parameters
    ----------
    stacks : bool
        Whether call stacks are recorded; without them only times, which costs less.
    """

    stacks: bool = True
    ending: ClassVar[str] = ".heaptimeline"
    is_recording: ClassVar[bool] = True

    @property
    def has_stacks(self) -> bool:
        """Whether call stacks are recorded."""
        return self.stacks

    def begin(self, target: Target) -> None:
        """Begin to record; V8 numbers all objects first."""
        params = {"trackAllocations": self.stacks}
        target.call("HeapProfiler.startTrackingHeapObjects", params, timeout=_SECONDS)


@dataclass(frozen=True)
class HeapProfileKind:
    """Sampling heap profiles, all of the time since the recording began.

    Parameters
    ----------
    sampling : int
        Bytes between two samples, on average.
    """

    sampling: int = DEFAULT_SAMPLING
    noun: ClassVar[str] = "profile"
    ending: ClassVar[str] = ".heapprofile"
    is_recording: ClassVar[bool] = True
    is_heavy: ClassVar[bool] = False

    @property
    def has_stacks(self) -> bool:
        """Stacks of samples take next to no memory."""
        return False

    def begin(self, target: Target) -> None:
        """Begin to sample."""
        target.call("HeapProfiler.startSampling", {"samplingInterval": self.sampling})

    def write(self, target: Target, stream: BinaryIO, watch: Watch, *, is_last: bool) -> Written:
        """Write the profile; V8 collects garbage first, so that it has only what is alive."""
        # Node.js 8 cannot read a profile while sampling goes on.
        command = "stopSampling" if is_last else "getSamplingProfile"
        profile = target.call(f"HeapProfiler.{command}", timeout=_SECONDS).get("profile")
        if not isinstance(profile, dict):
            raise CaptureError(f"{target.label} returned no profile.")
        data = orjson.dumps(profile)
        stream.write(data)
        watch.on_writing(len(data))
        return Written(len(data), None)


__all__ = [
    "DEFAULT_SAMPLING",
    "HeapProfileKind",
    "Kind",
    "KindName",
    "SnapshotKind",
    "TimelineKind",
    "Watch",
]
