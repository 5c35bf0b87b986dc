"""What happens before and between the files of a capture: time passes, requests are sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from heapnb.capture import resting
from heapnb.capture.http_load import LoadResult
from heapnb.capture.processes import ProcessReader
from heapnb.errors import HeapnbError


@dataclass(frozen=True)
class Interval:
    """How many files there are, and what happens between them; in a recording also before them.

    Parameters
    ----------
    series : int
        How many files of each isolate.
    after : float or None
        Seconds to wait.
    after_requests : int or None
        Requests to send.
    hit : str or None
        Where they go.
    concurrency : int
        How many of them are under way at once.
    is_recording : bool
        Whether something is recorded meanwhile, so that the first file needs an interval, too.

    Raises
    ------
    HeapnbError
        If these do not fit together.
    """

    series: int
    after: float | None
    after_requests: int | None
    hit: str | None
    concurrency: int
    is_recording: bool = False
    _loads: list[LoadResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.series < 1:
            raise HeapnbError(f"series must be 1 or more (got {self.series}).")
        if self.after is not None and not self.after >= 0:
            name = "seconds" if self.is_recording else "after"
            raise HeapnbError(f"{name} must be 0 or more (got {self.after:g}).")
        for name, number in (
            ("after_requests", self.after_requests),
            ("concurrency", self.concurrency),
        ):
            if number is not None and number < 1:
                raise HeapnbError(f"{name} must be 1 or more (got {number}).")
        if self.after_requests is not None and self.hit is None:
            raise HeapnbError(
                "after_requests needs the address that requests go to.",
                hint="pass hit=… (--hit http://127.0.0.1:PORT/PATH).",
            )
        if self.is_recording and not self.after and self.after_requests is None:
            raise HeapnbError(
                "A recording needs time or requests.",
                hint="pass seconds=60, or after_requests=1000 and hit=… (--hit URL).",
            )
        if self.series > 1 and self.after is None and self.after_requests is None:
            raise HeapnbError(
                "A series needs work or time between its snapshots.",
                hint="pass after=60 (--after 60s), or after_requests=1000 and hit=… (--hit URL).",
            )

    def indices(self) -> Iterator[int]:
        """Yield the numbers of the files, from 1."""
        yield from range(1, self.series + 1)

    def pass_by(
        self,
        index: int,
        pid: int | None,
        processes: ProcessReader,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send the requests and wait, before the file of a number.

        Parameters
        ----------
        index : int
            The number; nothing happens before the first file unless something is recorded.
        pid : int or None
            The process, which has to live meanwhile; None if it is not one of this machine.
        processes : ProcessReader
            What reads ``/proc``.
        sleep : callable
            Waits for some seconds; 0 while requests are under way.
        """
        if index == 1 and not self.is_recording:
            return
        if self.after_requests is not None and self.hit is not None:
            load = resting.drive(
                self.hit, self.after_requests, concurrency=self.concurrency, sleep=sleep
            )
            self._loads.append(load)
        if self.after is not None:
            resting.wait_for_time(self.after, pid, processes, sleep)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Which requests were not answered with success."""
        first = 1 if self.is_recording else 2
        return tuple(
            f"{load.errors:,} of {load.requests + sum(load.failures.values()):,} requests before"
            f" snapshot {number} were not answered with success."
            for number, load in enumerate(self._loads, first)
            if load.errors
        )

    @property
    def units(self) -> int | None:
        """Requests that were answered so far; None if none are sent."""
        return None if self.after_requests is None else sum(one.requests for one in self._loads)


__all__ = ["Interval"]
