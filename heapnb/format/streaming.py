"""The sections of a file, given to a consumer block by block and not kept.

`StreamedSections` reads as `heapnb.format.sections.Sections` does, with the same kernels and the
same messages, but its memory does not depend on the size of the file.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa

from heapnb._typing import AnyArray, IntArray
from heapnb.errors import HeapnbError
from heapnb.format.meta import SnapshotMeta
from heapnb.format.records import Block, RecordTable, status_error
from heapnb.format.sections import SCOPE_SECTIONS, EndOfInput, Sections
from heapnb.kernels import parse
from heapnb.kernels.json_check import first_bad_byte

LARGEST_TEXT: Final = 1 << 24
"""Bytes of the longest text that is checked to be JSON; heapnb does not interpret texts here."""

_BEFORE: Final = {
    "nodes": {"snapshot"},
    "edges": {"snapshot", "nodes"},
    "strings": {"snapshot", "nodes", "edges"},
    "locations": {"snapshot", "nodes"},
    **{name: {"snapshot", "nodes"} for name in SCOPE_SECTIONS},
}
"""What must precede a section, so that one pass is enough; V8 writes this order."""


class UnusualOrderError(HeapnbError):
    """The sections of a file are in an order that one pass cannot add up."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}: the sections are in an unusual order, so the file cannot be streamed.",
            hint="leave out --stream, or write the input to a file.",
        )


class Consumer(Protocol):
    """Receives the contents of a file."""

    def begin(self, meta: SnapshotMeta) -> None:
        """Receive the header, before all else."""

    def take_nodes(self, columns: dict[str, AnyArray]) -> None:
        """Receive the next whole node records: arrays of equal length by field."""

    def take_edges(self, columns: dict[str, AnyArray]) -> None:
        """Receive the next whole edge records."""

    def take_strings(self, strings: pa.LargeStringArray) -> None:
        """Receive the next strings."""

    def take_numbers(self, section: str, first: int, values: IntArray) -> None:
        """Receive the next numbers of another section; the index of the first one."""


@dataclass
class StreamedTable(RecordTable):
    """Records that go to a consumer in the order of the file, whichever block is parsed first."""

    take: Any = None
    _lock: Any = field(default_factory=threading.Lock)
    _parsed: dict[int, tuple[Block, dict[str, AnyArray]]] = field(default_factory=dict)
    _next_value: int = 0
    _cut: dict[str, int] = field(default_factory=dict)

    @property
    def capacity(self) -> int:
        """More than any number of rows: there is nothing to allocate."""
        return 1 << 62

    def reserve(self, rows: int) -> None:
        """Allocate nothing."""

    def fill(self, block: Block) -> None:
        """Parse a block, and give away all records that are complete by now.

        Raises
        ------
        SnapshotFormatError
            See `RecordTable.fill`.
        """
        if block.n_values == 0:
            return
        first_row = block.first_value // self.stride
        n_rows = -(-(block.first_value + block.n_values) // self.stride) - first_row
        parsed = RecordTable(
            self.section, self.stride, self.fields, self.node_stride, _local=self._local
        )
        parsed.reserve(n_rows)
        parsed.fill(replace(block, first_value=block.first_value - first_row * self.stride))
        columns = parsed.finish(n_rows)
        with self._lock:
            self._parsed[block.first_value] = block, columns
            while self._next_value in self._parsed:
                self._give(*self._parsed.pop(self._next_value))

    def _give(self, block: Block, columns: dict[str, AnyArray]) -> None:
        """Complete the first record, give all complete ones away, and keep the rest."""
        self._next_value = block.first_value + block.n_values
        for name, value in self._cut.items():
            if value > np.iinfo(columns[name].dtype).max:
                columns[name] = columns[name].astype(np.uint64)
            columns[name][0] = value
        n_cut = self._next_value % self.stride
        self._cut = (
            {
                spec.name: int(columns[spec.name][-1])
                for spec in self.fields
                if spec.position < n_cut
            }
            if n_cut
            else {}
        )
        if n_cut:
            columns = {name: column[:-1] for name, column in columns.items()}
        if len(next(iter(columns.values()))):
            self.take(columns)


@dataclass
class StreamedSections(Sections):
    """The sections of a file, which go to a consumer; nothing is salvaged."""

    consumer: Consumer | None = None
    lengths: dict[str, int] = field(default_factory=dict)
    """Sections that are neither nodes, edges nor strings: their numbers, or bytes of JSON."""

    @property
    def _taker(self) -> Consumer:
        assert self.consumer is not None  # noqa: S101  only its default is None
        return self.consumer

    def _read_section(self, name: str) -> None:
        if not _BEFORE.get(name, set()) <= self.seen or (name == "snapshot" and len(self.seen) > 1):
            raise UnusualOrderError(self.window.source.info.name)
        # Edges, for example, are taken when all nodes have been.
        self.drain()
        super()._read_section(name)
        if name == "snapshot" and self.meta is not None:
            self._taker.begin(self.meta)

    def _new_table(self, name: str, meta: SnapshotMeta) -> RecordTable:
        model = super()._new_table(name, meta)
        take = self._taker.take_nodes if name == "nodes" else self._taker.take_edges
        return StreamedTable(name, model.stride, model.fields, model.node_stride, take=take)

    def _read_flat(self, section: str) -> None:
        count = 0
        for block in self._blocks(section):
            values = self._integers(section, block)
            self._taker.take_numbers(section, count, values)
            count += len(values)
        self.lengths[section] = count

    def _read_text(self, name: str, byte: int) -> None:
        offset = self.window.offset
        if byte not in b'{["':
            super()._read_text(name, byte)
            return
        parts, length = self._skim_value()
        text = np.frombuffer(b"".join(parts), np.uint8)
        if parts:
            self._check_json(name, offset, first_bad_byte(text, np.empty(len(text) + 1, np.uint8)))
        self.lengths[name] = length

    def _skim_value(self) -> tuple[list[bytes], int]:
        """Consume a value, and return its text and length; a long text is not kept."""
        window = self.window
        parts: list[bytes] = []
        length = 0
        state = (0, False, False)
        while True:
            position, depth, in_string, escaped, done = parse.skip_value(
                window.data, window.position, window.stop, *state
            )
            length += position - window.position
            if length <= LARGEST_TEXT:
                parts.append(window.data[window.position : position].tobytes())
            else:
                parts.clear()
            window.position = position
            if done:
                return parts, length
            state = (depth, in_string, escaped)
            if not window.more():
                raise EndOfInput

    def _read_strings(self) -> None:
        window = self.window
        n_done = 0
        expect_value = True
        done = False
        while not done:
            unread = window.stop - window.position
            text = np.empty(3 * unread, np.uint8)
            # The kernel needs to know whether there was a string before.
            before = min(n_done, 1)
            offsets = np.zeros(before + unread // 2 + 2, np.int64)
            position, n_bytes, n_strings, expect_value, done, status = parse.parse_strings(
                *(window.data, window.position, window.stop, expect_value),
                *(text, 0, offsets, before),
            )
            window.position = position
            if n_strings > before:
                buffers = offsets[before : n_strings + 1].copy(), text[:n_bytes].copy()
                self._taker.take_strings(
                    pa.LargeStringArray.from_buffers(
                        n_strings - before, *(pa.py_buffer(buffer) for buffer in buffers)
                    )
                )
                n_done += n_strings - before
            if status != parse.OK:
                raise status_error(status, "strings", window.offset)
            if not done and not window.more():
                raise EndOfInput
        self.lengths["strings"] = n_done


__all__ = ["Consumer", "StreamedSections", "StreamedTable", "UnusualOrderError"]
