"""What a tool is: its definition for clients, its arguments, and the desk at which it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from heapnb.cli.output import records, sorted_by
from heapnb.errors import RefusedError, suggestion
from heapnb.literals import visible
from heapnb.mcp import schemas
from heapnb.mcp.answers import DEFAULT_BYTES, Answer, table_lines
from heapnb.mcp.jobs import Job
from heapnb.mcp.open_heaps import OpenCase, OpenHeaps
from heapnb.mcp.roots import Roots
from heapnb.mcp.schemas import Schema
from heapnb.views.masking import Masking, masked

if TYPE_CHECKING:
    from heapnb.cli.frontend import Table
    from heapnb.graph import HeapGraph

_LEAST_ROWS: Final = 10
"""Rows that a page of a table has rather than long texts."""

_LEAST_ROW_BYTES: Final = 20
"""No row takes less in an answer: more of them need not be made."""


@dataclass(frozen=True)
class Desk:
    """What all tools of a server share.

    Parameters
    ----------
    roots : Roots
        The folders that may be read and written.
    heaps : OpenHeaps
        What is open.
    masking : Masking
        What happens to likely secrets.
    allow_capture : bool
        Whether snapshots of running processes are taken without asking.
    """

    roots: Roots
    heaps: OpenHeaps
    masking: Masking
    allow_capture: bool = False


@dataclass(frozen=True)
class Call:
    """One call of a tool.

    Parameters
    ----------
    desk : Desk
        What all tools share.
    arguments : mapping
        Checked against the tool's schema.
    job : Job
        Where the work reports.
    """

    desk: Desk
    arguments: Mapping[str, Any]
    job: Job
    _learned: list[Masking] = field(default_factory=list, repr=False)

    @property
    def masking(self) -> Masking:
        """What happens to likely secrets in the answer: known ones of the heap are hidden too."""
        return self._learned[-1] if self._learned else self.desk.masking

    @contextmanager
    def hiding(self, heap: HeapGraph) -> Iterator[None]:
        """Hide in all that is made meanwhile, and in the answer, what is secret in a heap."""
        # An answer goes to a model of somebody else, so a large heap is searched too, once.
        self._learned.append(self.desk.masking.of(heap))
        with masked(self.masking):
            yield

    def __getitem__(self, name: str) -> Any:
        """Return an argument; None if the caller left it out."""
        return self.arguments.get(name)

    @property
    def most_bytes(self) -> int:
        """Bytes that the answer may take."""
        return int(self["max_bytes"] or DEFAULT_BYTES)

    @property
    def offset(self) -> int:
        """The number of the first item to answer with, from 0."""
        cursor = self["cursor"] or "0"
        if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > len(str(2**63)):
            raise RefusedError(
                f"{visible(cursor[:40])} is not a cursor.",
                hint="pass the `cursor` of the previous answer, or leave it out.",
            )
        return int(cursor)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the case."""
        return self.desk.roots.snapshots(self["case"])

    @contextmanager
    def case(self) -> Iterator[OpenCase]:
        """Use the case as a series."""
        with (
            self._working("Opening"),
            self.desk.heaps.case(self.files, self.job) as opened,
            self.hiding(opened.series.last),
        ):
            yield opened

    @contextmanager
    def graph(self) -> Iterator[HeapGraph]:
        """Use the snapshot that the caller chose, by default the last one."""
        files = self.files
        chosen = None if self["snapshot"] is None else one_file(files, self["snapshot"])
        with (
            self._working("Opening"),
            self.desk.heaps.graph(files, chosen, self.job) as graph,
            self.hiding(graph),
        ):
            yield graph

    @contextmanager
    def _working(self, title: str) -> Iterator[None]:
        with masked(self.desk.masking), self.job.working(title):
            yield

    def table(
        self,
        frame: Table,
        columns: Sequence[str],
        *,
        summary: str,
        sort: str | None = None,
        lines: Sequence[str] = (),
        **fields: Any,
    ) -> Answer:
        """Answer with a page of a table.

        Parameters
        ----------
        frame : pandas.DataFrame or Rows
            The table.
        columns : sequence of str
            Which columns.
        summary : str
            What the text begins with.
        sort : str, optional
            The column to sort by.
        lines : sequence of str, optional
            What the text says of the heap before the rows.
        **fields
            Further fields of the data, which may have text from the heap.

        Returns
        -------
        Answer
        """
        window = self.window(len(frame))
        page: Table = sorted_by(frame, sort).take(window)
        return self.page(records(page, columns), len(frame), summary=summary, lines=lines, **fields)

    def window(self, total: int) -> range:
        """Return which rows to make: from the cursor on, as many as an answer could hold."""
        return range(total)[self.offset :][: self.most_bytes // _LEAST_ROW_BYTES]

    def page(
        self,
        rows: Sequence[Mapping[str, Any]],
        total: int,
        *,
        summary: str,
        lines: Sequence[str] = (),
        **fields: Any,
    ) -> Answer:
        """Answer with rows that begin at the cursor, of ``total`` rows; see `table`."""
        return Answer(
            summary,
            {**fields, "rows": rows},
            [*lines, *table_lines(rows)],
            rows="rows",
            offset=self.offset,
            total=total,
            least=_LEAST_ROWS,
            untrusted=("rows", *fields),
        )


@dataclass(frozen=True)
class Tool:
    """A tool as clients know it, and what answers.

    Parameters
    ----------
    name, title, description : str
        For clients and models.
    takes : mapping of str to schema
        Its arguments.
    needs : sequence of str
        Those that must be there.
    gives : mapping of str to schema
        The fields of its structured answer.
    run : callable
        Answers a call, in a thread.
    is_paged : bool
        Whether it takes a cursor.
    writes : bool
        Whether it changes anything outside heapnb.
    replaces : bool
        Whether what it writes may replace something.
    question : callable or None
        What to ask the user before the tool runs; a tool without a question just runs.
    """

    name: str
    title: str
    description: str
    takes: Mapping[str, Schema]
    needs: Sequence[str]
    gives: Mapping[str, Schema]
    run: Callable[[Call], Answer]
    is_paged: bool = False
    writes: bool = False
    replaces: bool = False
    question: Callable[[Call], str] | None = None

    @cached_property
    def input_schema(self) -> Schema:
        """The JSON schema of the arguments."""
        paging = {"cursor": schemas.CURSOR} if self.is_paged else {}
        size = {} if self.writes else {"max_bytes": schemas.SIZE}
        return {
            "type": "object",
            "properties": {**self.takes, **paging, **size},
            "required": list(self.needs),
            "additionalProperties": False,
        }

    @cached_property
    def output_schema(self) -> Schema:
        """The JSON schema of the structured answer."""
        paging = {"total": schemas.INTEGER, "cursor": schemas.TEXT_OR_NULL}
        return schemas.answer_of({**self.gives, **(paging if self.is_paged else {})})

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Refuse arguments that do not match the schema.

        Parameters
        ----------
        arguments : mapping
            What the caller sent.

        Raises
        ------
        RefusedError
            With what is wrong, and a near name for one that the tool does not have.
        """
        from jsonschema import Draft202012Validator

        unknown = next((name for name in arguments if name not in self._names), None)
        if unknown is not None:
            raise RefusedError(
                f"{self.name} has no argument `{visible(unknown[:60])}`.",
                hint=suggestion(unknown, self._names) or f"it has {', '.join(self._names)}.",
            )
        error = next(Draft202012Validator(self.input_schema).iter_errors(arguments), None)
        if error is not None:
            where = ".".join(map(str, error.path))
            message = visible(error.message[:300])
            raise RefusedError(
                f"{self.name}: {where}: {message}." if where else f"{self.name}: {message}.",
                hint="see the input schema of the tool.",
            )

    @property
    def _names(self) -> list[str]:
        return list(self.input_schema["properties"])


def one_file(files: Sequence[Path], name: str) -> Path:
    """Return the snapshot of a case that has a name.

    Raises
    ------
    RefusedError
        If there is none, or if several in different folders have it.
    """
    found = [path for path in files if path.name == name or path.as_posix().endswith(f"/{name}")]
    if len(found) != 1:
        known = ", ".join(path.name for path in files[:8])
        how_many = "no snapshot" if not found else "several snapshots"
        raise RefusedError(
            f"The case has {how_many} named {visible(name[:100])}.",
            hint=f"its snapshots are {visible(known)}.",
        )
    return found[0]


__all__ = ["Call", "Desk", "Tool", "one_file"]
