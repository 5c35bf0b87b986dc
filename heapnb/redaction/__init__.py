"""Redaction: snapshots without secrets, with the same graph and sizes, safe to share."""

from __future__ import annotations

import dataclasses
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import orjson

from heapnb._showing import Shown
from heapnb.errors import HeapnbError
from heapnb.format.limits import bounded
from heapnb.format.meta import nests_deeply
from heapnb.format.writer import PRIVATE, check_target, write_snapshot
from heapnb.graph.sources import HeapSource, graph_of
from heapnb.progress import ProgressOption, reporter_of
from heapnb.redaction.findings import findings_table
from heapnb.redaction.plan import Mode, find, replace_strings, with_tokens
from heapnb.redaction.roles import roles_of
from heapnb.redaction.tokens import Tokens
from heapnb.secrets import find_secrets

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import ProgressCallback
    from heapnb.format import RawSnapshot
    from heapnb.graph import HeapGraph

__all__ = ["Mode", "RedactionResult", "audit", "redact"]

_SALT_BYTES: Final = 32
_NUMBERS_ONLY: Final = re.compile(rb"[\[\]{},\s\d.-]*")


@dataclass(frozen=True, repr=False)
class RedactionResult(Shown):
    """The secrets found in a snapshot, and the redacted file.

    Parameters
    ----------
    source : str
        The snapshot's name.
    target : str or None
        The file that was written; None for an audit.
    mode : str
        ``"secrets"``, ``"strings"`` or ``"shape"``.
    n_replaced : int
        Strings of the table that were replaced.
    table : pandas.DataFrame
        Locations of secrets: ``kind``, ``place``, ``name``, ``count``, ``node_id``; see
        docs/redaction.md. The table does not contain secrets.
    warnings : tuple of str
        Problems of the snapshot that affect the result.
    """

    source: str
    target: str | None
    mode: str
    n_replaced: int
    table: pd.DataFrame = field(compare=False)
    warnings: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Number of secrets of each kind, most frequent first."""
        sums = self.table.groupby("kind")["count"].sum().sort_values(ascending=False)
        return {str(kind): int(count) for kind, count in sums.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return plain data.

        Returns
        -------
        dict
            ``source``, ``target``, ``mode``, ``n_replaced``, ``counts`` (by kind), and
            ``findings``: ``kind``, ``place``, ``name`` (or None), ``count``, ``node_id``.
        """
        rows = self.table.astype(object).where(self.table.notna(), None).to_dict("records")
        return {
            "source": self.source,
            "target": self.target,
            "mode": self.mode,
            "n_replaced": self.n_replaced,
            "counts": self.counts,
            "findings": rows,
        }


@bounded
def redact(
    source: HeapSource,
    target: str | os.PathLike[str],
    *,
    mode: Mode = "secrets",
    salt: str | bytes | None = None,
    personal: bool = False,
    force: bool = False,
    salvage: bool = False,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
    progress: ProgressOption = None,
) -> RedactionResult:
    """Write a snapshot with all secrets replaced and everything else unchanged.

    Parameters
    ----------
    source : Snapshot, HeapGraph, str, PathLike, binary file or bytes
        The snapshot.
    target : str or PathLike
        The file to write; ``.gz`` and ``.zst`` are compressed. It appears only when it is complete.
    mode : {"secrets", "strings", "shape"}, default "secrets"
        ``"secrets"`` replaces likely secrets and personal data, recognised by shape or by name.
        ``"strings"`` also replaces all other texts of the program, but keeps the names of classes,
        functions, scripts, properties and variables. ``"shape"`` also replaces these names, except
        those of V8, Node and the language.
    salt : str or bytes, optional
        The same salt gives the same tokens, so that the snapshots of a series stay comparable.
        Anyone who knows the salt can test guesses. The default is random and discarded.
    personal : bool, default False
        Replace personal data too: names, addresses, phone numbers; see docs/redaction.md.
    force : bool, default False
        Replace an existing file.
    salvage : bool, default False
        Read the intact part of a truncated file.
    max_size : int, optional
        The most bytes of JSON that are read; see `heapnb.load`.
    progress : callable or bool, optional
        See `heapnb.load`.

    Returns
    -------
    RedactionResult

    Raises
    ------
    HeapnbError
        If the target exists, is the source, or cannot be written.

    Notes
    -----
    Nodes, edges, ids, sizes and their order do not change, nor does any number that DevTools
    computes. A token has the length of the text that it replaces; equal texts have equal tokens.

    Examples
    --------
    >>> import heapnb as hn
    >>> hn.redact("app.heapsnapshot", "shared.heapsnapshot")  # doctest: +SKIP
    """
    _check_mode(mode)
    path = Path(target)
    check_target(path, force=force, sources=_files_of(source))
    graph = graph_of(source, cache=False, progress=reporter_of(progress), salvage=salvage)
    tokens = _tokens(salt)
    with _reporting(progress) as report:
        report("Looking for secrets", 0, 0)
        roles = roles_of(graph.raw)
        found = find(graph, roles, personal=personal)
        table = findings_table(graph, roles, found, tokens)
        report("Replacing strings", 0, 0)
        replacement = replace_strings(graph, roles, found, tokens, mode)
        report(f"Writing {path.name}", 0, 0)
        raw = dataclasses.replace(
            graph.raw,
            strings=replacement.strings,
            node_name=replacement.node_name,
            **_other_sections(graph.raw, tokens, mode, personal=personal),
        )
        write_snapshot(raw, path, force=force, mode=PRIVATE)
    return _result(graph, table, path, mode, replacement.n_changed)


@bounded
def audit(
    source: HeapSource,
    *,
    personal: bool = False,
    salvage: bool = False,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
    progress: ProgressOption = None,
) -> RedactionResult:
    """List the kinds and locations of secrets in a snapshot, without the secrets themselves.

    Parameters
    ----------
    source : Snapshot, HeapGraph, str, PathLike, binary file or bytes
        The snapshot.
    personal : bool, default False
        List personal data too; see docs/redaction.md.
    salvage : bool, default False
        Read the intact part of a truncated file.
    max_size : int, optional
        The most bytes of JSON that are read; see `heapnb.load`.
    progress : callable or bool, optional
        See `heapnb.load`.

    Returns
    -------
    RedactionResult
        Its ``table`` lists what `redact` replaces in mode ``"secrets"``.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root.config>config config.password>text")
    >>> builder = builder.node("text", type="string", name="hunter2")
    >>> audit(builder.graph()).table[["kind", "place", "name", "count", "node_id"]]
           kind   place      name  count  node_id
    0  password  string  password      1        5
    """
    graph = graph_of(source, cache=False, progress=reporter_of(progress), salvage=salvage)
    with _reporting(progress) as report:
        report("Looking for secrets", 0, 0)
        roles = roles_of(graph.raw)
        found = find(graph, roles, personal=personal)
        table = findings_table(graph, roles, found, _tokens(None))
    return _result(graph, table, None, "secrets", 0)


def _result(
    graph: HeapGraph, table: pd.DataFrame, path: Path | None, mode: str, n_replaced: int
) -> RedactionResult:
    return RedactionResult(
        source=graph.raw.source.name,
        target=None if path is None else str(path),
        mode=mode,
        n_replaced=n_replaced,
        table=table,
        warnings=graph.raw.warnings,
    )


def _check_mode(mode: str) -> None:
    if mode not in get_args(Mode):
        raise HeapnbError(
            f"There is no mode {mode!r}.", hint=f"modes are {', '.join(get_args(Mode))}."
        )


def _files_of(source: object) -> list[str | os.PathLike[str]]:
    """List the file that is read, which is never replaced."""
    if isinstance(source, str | os.PathLike):
        return [source]
    graph = getattr(source, "graph", source)
    path = getattr(getattr(getattr(graph, "raw", None), "source", None), "path", None)
    return [path] if isinstance(path, str) else []


def _tokens(salt: str | bytes | None) -> Tokens:
    if salt is None:
        return Tokens(secrets.token_bytes(_SALT_BYTES))
    return Tokens(salt.encode("utf-8", "surrogatepass") if isinstance(salt, str) else salt)


@contextmanager
def _reporting(progress: ProgressOption) -> Iterator[ProgressCallback]:
    with reporter_of(progress)() as report:
        yield report if report is not None else lambda *_: None


def _other_sections(
    raw: RawSnapshot, tokens: Tokens, mode: Mode, *, personal: bool
) -> dict[str, Any]:
    """Redact the other sections that may contain texts: the header, and unknown sections."""
    everything = mode != "secrets"

    def token(text: str) -> str:
        return with_tokens(text, find_secrets(text, personal=personal), tokens)

    def clean(value: Any) -> Any:
        """Replace texts in plain data, which does not nest deeply."""
        if isinstance(value, str):
            return tokens.of_text(value) if everything else token(value)
        if isinstance(value, list):
            return [clean(one) for one in value]
        if isinstance(value, dict):
            return {token(key): clean(one) for key, one in value.items()}
        return value

    def cleaned(text: bytes) -> bytes:
        if _NUMBERS_ONLY.fullmatch(text):
            return text
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            # Its nesting is too deep for the reader, or for the function below.
            return b"[]"
        if nests_deeply(value):
            return b"[]"
        return orjson.dumps(clean(value))

    meta = raw.meta
    header = {key: value if key == "meta" else clean(value) for key, value in meta.header.items()}
    return {
        "meta": dataclasses.replace(meta, header=header),
        "trace_tree": None if raw.trace_tree is None else cleaned(raw.trace_tree),
        "extra_sections": {name: cleaned(text) for name, text in raw.extra_sections.items()},
    }
