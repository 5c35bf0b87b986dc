"""From the files of a fleet to the folder of its tables."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heapnb.fleet.cases import Case, plan_cases
from heapnb.fleet.cluster import RETRIES, examined_on, require_dask
from heapnb.fleet.fleet import Fleet, open_scan
from heapnb.fleet.inputs import Sources, find_inputs
from heapnb.fleet.labels import OUTCOME, LabelOption, read_labels
from heapnb.fleet.origins import NameOption, Names
from heapnb.fleet.store import Entry, Store, digest, with_origin
from heapnb.fleet.tasks import Examined, Options
from heapnb.progress import Advance, ProgressOption, reporter_of, stage

if TYPE_CHECKING:
    from distributed import Client

DEFAULT_FOLDER = "heapnb-fleet"


def scan(
    sources: Sources,
    out: str | os.PathLike[str] = DEFAULT_FOLDER,
    *,
    client: Client | None = None,
    names: NameOption = None,
    labels: LabelOption = None,
    workers: int | None = None,
    memory_limit: int | None = None,
    retries: int = RETRIES,
    redact: bool = True,
    personal: bool = False,
    salvage: bool = False,
    storage_options: Mapping[str, Any] | None = None,
    again: bool = False,
    progress: ProgressOption = None,
) -> Fleet:
    """Examine the snapshots and logs of many processes on Dask; needs the extra ``fleet``.

    Parameters
    ----------
    sources : str, PathLike, or sequence of these
        Folders (with their subfolders), files, patterns such as ``"dumps/**/*.zst"``, and URLs of
        any of these (``s3://bucket/dumps``), which fsspec opens.
    out : str or PathLike, default "heapnb-fleet"
        The folder of the tables. If it has an earlier scan, only what is new or has changed since
        is examined.
    client : distributed.Client, optional
        The workers, which must be able to read the files and have this version of heapnb; by
        default processes on this machine.
    names : str, re.Pattern, or sequence of these, optional
        What names say: ``"{pod}/{build}/*"``, or a regular expression with named groups. Fields
        are ``host``, ``pod``, ``pid``, ``worker``, ``build``, ``time``, ``index``; others become
        labels. Names of Node.js and heapnb, and folders such as ``pod=web-1``, are understood
        without.
    labels : path, mapping, rows or DataFrame, optional
        What else is known, such as how each pod ended: a CSV with the columns ``pod`` and
        ``outcome``, or ``{"web-1": "killed"}``; see docs/fleet.md.
    workers : int, optional
        Processes to start, each with one case at a time. By default as many as there are
        processors and room in memory.
    memory_limit : int, optional
        Bytes that each of them may use. By default this machine's memory, divided among them.
    retries : int, default 2
        How often a case starts again after its worker was killed.
    redact, personal : bool
        Whether likely secrets (by default), and personal data, are masked in all tables.
    salvage : bool, default False
        Whether truncated snapshots are read as far as they go.
    storage_options : mapping, optional
        Options of fsspec for the URLs, such as keys; they are not stored.
    again : bool, default False
        Whether everything is examined again.
    progress : callable or bool, optional
        See `heapnb.load`.

    Returns
    -------
    Fleet

    Raises
    ------
    HeapnbError
        If there is nothing to examine, or the folder cannot be written. Files that cannot
        be read are rows of `Fleet.failures`.
    MissingExtraError
        If Dask, or what a URL needs, is not installed.

    Notes
    -----
    Only the owner may read the folder. A case enters the tables as a whole when it is done, so a
    scan that was interrupted goes on where it stopped.

    Examples
    --------
    >>> import heapnb as hn
    >>> fleet = hn.scan("s3://dumps/2026-11-30", labels="pods.csv")  # doctest: +SKIP
    >>> fleet.separating().table  # doctest: +SKIP
    """
    require_dask()
    read = Names(names)
    rows = read_labels(labels)
    store = Store(Path(out))
    options = Options(redact, personal, salvage, dict(storage_options or {}))
    with stage("Looking for files", reporter_of(progress)):
        inputs = find_inputs(sources, storage_options)
        plan = plan_cases(inputs, read, rows, storage_options)
        store.create()
        with store.locked():
            todo = _todo(store, plan.cases, options, again=again)
            with stage("Examining cases") as advance:
                _examine(store, todo, options, advance, client, workers, memory_limit, retries)
    return replace(open_scan(out), notes=plan.warnings)


def _todo(
    store: Store, cases: Sequence[Case], options: Options, *, again: bool
) -> list[tuple[Case, Entry]]:
    """List what is new or has changed; rewrite what has other labels, and drop what is gone."""
    known = {} if again else store.entries()
    todo = []
    for case in cases:
        entry = _entry_of(case, options)
        before = known.get(case.name)
        if before is None or before.inputs != entry.inputs:
            todo.append((case, entry))
        elif before.origin != entry.origin:
            # What a report said stays, unless a label says something else.
            store.relabel(case.name, _columns(case, store.ended(case.name)), case.origin.labels)
            store.add(replace(entry, status=before.status))
    for name in store.entries().keys() - {case.name for case in cases}:
        store.remove(name)
    return todo


def _examine(
    store: Store,
    todo: Sequence[tuple[Case, Entry]],
    options: Options,
    advance: Advance,
    client: Client | None,
    workers: int | None,
    memory_limit: int | None,
    retries: int,
) -> None:
    entries = {case.name: entry for case, entry in todo}
    if not todo:
        return
    advance(0, len(todo))
    found = examined_on(
        client,
        [case for case, _ in todo],
        options,
        workers=workers,
        memory_limit=memory_limit,
        retries=retries,
    )
    for number, (case, result) in enumerate(found, 1):
        store.write(case.name, _rows_of(case, result))
        entry = replace(entries[case.name], status=result.status)
        # The next scan tries again what failed for want of a worker.
        store.add(entry if result.is_final else replace(entry, inputs=""))
        advance(number, len(todo))


def _rows_of(case: Case, result: Examined) -> dict[str, Any]:
    origin = _columns(case, result.ended)
    return {
        name: with_origin(table, origin, case.origin.labels)
        for name, table in result.rows().items()
    }


def _columns(case: Case, ended: str | None) -> dict[str, Any]:
    origin = case.origin
    return {
        "host": origin.host,
        "pod": origin.pod,
        "pid": origin.pid,
        "worker": origin.worker,
        "build": origin.build,
        "outcome": origin.labels.get(OUTCOME, ended),
    }


def _entry_of(case: Case, options: Options) -> Entry:
    """Make the manifest's entry of a case that is about to be examined."""
    files = sorted([one.url, one.size, one.stamp] for one in case.inputs)
    how = [options.redact, options.personal, options.salvage]
    origin = [_columns(case, None), dict(case.origin.labels), case.exit_code]
    return Entry(case.name, digest([files, how]), digest(origin), "ok")


__all__ = ["DEFAULT_FOLDER", "scan"]
