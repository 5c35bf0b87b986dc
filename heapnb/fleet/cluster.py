"""Cases on Dask: the largest first, one in each worker, the workers' deaths survived."""

from __future__ import annotations

import logging
import os
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from heapnb.errors import HeapnbError, MissingExtraError
from heapnb.fleet.cases import Case
from heapnb.fleet.tasks import Examined, Options, examine, failed

if TYPE_CHECKING:
    from distributed import Client

BASE_MEMORY: Final = 300_000_000
"""Bytes of a worker before it has read anything, with its imports."""

MEMORY_FACTOR: Final = 5
"""A case needs so many times the size of its largest snapshot; see docs/fleet.md."""

LEAST_MEMORY: Final = 400_000_000
"""Bytes below which Dask would end a worker again and again before it begins."""

RETRIES: Final = 2
"""How often a case starts again after its worker was killed."""

_SECONDS_TO_START: Final = 120
_LOGGERS: Final = (
    "distributed",
    "distributed.nanny",
    "distributed.worker",
    "distributed.scheduler",
)
_CONFIG: Final = {
    # Workers hold one case and no results: nothing to spill, and a pause would never end.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.comm.timeouts.connect": f"{_SECONDS_TO_START}s",
    "distributed.admin.tick.limit": "1h",
    "distributed.worker.use-file-locking": False,
}


@dataclass(frozen=True)
class Workers:
    """The workers of a scan that brings its own.

    Parameters
    ----------
    count : int
        Processes.
    memory_limit : int
        Bytes that each may use; above 95% of them Dask ends it.
    """

    count: int
    memory_limit: int

    @classmethod
    def for_cases(
        cls, cases: Sequence[Case], count: int | None = None, memory_limit: int | None = None
    ) -> Workers:
        """Choose as many workers as there are processors, and room for the largest case in each.

        Parameters
        ----------
        cases : sequence of Case
            What is to be examined.
        count, memory_limit : int, optional
            What the user wants instead.

        Raises
        ------
        HeapnbError
            If a worker could not begin with so little memory.
        """
        if memory_limit is not None and memory_limit < LEAST_MEMORY:
            least = LEAST_MEMORY // 10**6
            raise HeapnbError(
                f"A worker needs at least {least} MB of memory (got {memory_limit:,} bytes).",
                hint=f"memory_limit={LEAST_MEMORY:_}, --memory-limit {least}MB, or more.",
            )
        from dask.system import CPU_COUNT
        from distributed.system import MEMORY_LIMIT

        if count is None:
            count = min(CPU_COUNT, len(cases))
            if memory_limit is None:
                count = min(count, MEMORY_LIMIT // need_of(cases[0]) if cases else 1)
            else:
                count = min(count, MEMORY_LIMIT // memory_limit)
        count = max(count, 1)
        share = max(MEMORY_LIMIT // count, LEAST_MEMORY)
        return cls(count, share if memory_limit is None else memory_limit)


def need_of(case: Case) -> int:
    """Estimate the bytes that a worker needs for a case."""
    return BASE_MEMORY + MEMORY_FACTOR * case.largest


def examined_on(
    client: Client | None,
    cases: Sequence[Case],
    options: Options,
    *,
    workers: int | None = None,
    memory_limit: int | None = None,
    retries: int = RETRIES,
) -> Iterator[tuple[Case, Examined]]:
    """Examine cases, and yield each as soon as it is done.

    Parameters
    ----------
    client : distributed.Client or None
        The workers to use; None starts processes on this machine, and ends them.
    cases : sequence of Case
        In any order.
    options : Options
        How.
    workers, memory_limit, retries : int, optional
        Of the processes that are started; see `heapnb.scan`.

    Yields
    ------
    Case, Examined
        Also where a worker was killed again and again: then the rows say so.
    """
    queue = sorted(cases, key=lambda case: -case.largest)
    if client is not None:
        yield from _run(client, queue, options)
        return
    chosen = Workers.for_cases(queue, workers, memory_limit)
    with _own_client(chosen, retries) as own:
        yield from _run(own, queue, options)


def _run(
    client: Client, queue: Sequence[Case], options: Options
) -> Iterator[tuple[Case, Examined]]:
    """Keep one case for each worker under way, so that none waits in a worker that may die."""
    from distributed import as_completed

    waiting = iter(queue)
    running: dict[Any, Case] = {}
    done = as_completed()

    def submit() -> None:
        case = next(waiting, None)
        if case is not None:
            future = client.submit(examine, case, options, key=f"heapnb-{case.name}", pure=False)
            running[future] = case
            done.add(future)

    try:
        for _ in range(max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)):
            submit()
        for future in done:
            case = running.pop(future)
            result = _result_of(future, case)
            future.release()
            submit()
            yield case, result
    finally:
        for future in running:
            future.cancel()


def _result_of(future: Any, case: Case) -> Examined:
    """Return the rows of a case; where its workers died, rows that say so."""
    from distributed import KilledWorker

    try:
        found = future.result()
    except KilledWorker:
        need = need_of(case) / 1e9
        return failed(
            case,
            "Its worker was killed each time, most likely for want of memory: the case needs"
            f" about {need:.1f} GB.",
        )
    except Exception as error:  # noqa: BLE001  a bug in one case does not stop the others
        return failed(case, f"{type(error).__name__}: {error}")
    return found if isinstance(found, Examined) else failed(case, "Its worker gave no answer.")


@contextmanager
def _own_client(workers: Workers, retries: int) -> Iterator[Client]:
    """Start processes on this machine, and end them."""
    import dask
    from distributed import Client, LocalCluster

    config = _CONFIG | {"distributed.scheduler.allowed-failures": retries}
    with dask.config.set(config), _quiet(), _without_main():
        try:
            cluster = LocalCluster(
                n_workers=workers.count,
                threads_per_worker=1,
                processes=True,
                memory_limit=workers.memory_limit,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
        except (OSError, RuntimeError, TimeoutError) as error:
            raise HeapnbError(
                f"Dask's workers do not start: {error}", hint="pass a client of your own cluster."
            ) from None
        with cluster, Client(cluster) as client:
            yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what Dask says about workers that die: the rows of their cases say it."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)


@contextmanager
def _without_main() -> Iterator[None]:
    """Keep new processes from running the user's script again: they need none of it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def require_dask() -> None:
    """Refuse to begin without Dask.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise MissingExtraError("Scanning a fleet", "fleet") from None


def connected(address: str) -> Any:
    """Connect to a scheduler.

    Parameters
    ----------
    address : str
        Such as ``tcp://10.0.0.5:8786``, or the path of a scheduler file.

    Returns
    -------
    distributed.Client

    Raises
    ------
    HeapnbError
        If there is none.
    """
    require_dask()
    from distributed import Client

    try:
        if os.path.isfile(address):  # noqa: PTH113
            return Client(scheduler_file=address)
        return Client(address)
    except (OSError, ValueError, TimeoutError) as error:
        raise HeapnbError(
            f"No scheduler of Dask answers at {address}: {error}.", hint="check the address."
        ) from None


__all__ = ["RETRIES", "Workers", "connected", "examined_on", "require_dask"]
