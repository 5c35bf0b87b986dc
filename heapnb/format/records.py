"""Fill columns from an array of fixed-size records, block by block, on several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from heapnb._typing import AnyArray, ByteArray, IntArray
from heapnb.errors import SnapshotFormatError
from heapnb.format.meta import SnapshotMeta
from heapnb.kernels import parse

_SCRATCH_VALUES = 1 << 16
"""Numbers parsed before they are copied to the columns: half a megabyte fits the CPU's cache."""

_UINT32_MAX = 0xFFFF_FFFF
_INT32_MIN = -(1 << 31)

_STATUS_TEXT = {
    parse.BAD_SYNTAX: "Unexpected character",
    parse.BAD_NUMBER: "Expected an integer",
    parse.TOO_MANY_DIGITS: "The integer is too large",
    parse.BAD_ESCAPE: "Invalid escape in a string",
    parse.BAD_CONTROL_CHARACTER: "Control character in a string",
}


def status_error(status: int, section: str, byte_offset: int) -> SnapshotFormatError:
    """Return the exception for a status of `heapnb.kernels.parse` other than ``OK``."""
    return SnapshotFormatError(_STATUS_TEXT[status], section=section, byte_offset=byte_offset)


class FieldKind(Enum):
    """The dtype and the valid range of a field."""

    CODE = "code"
    """A small non-negative number: ``uint8``."""
    INDEX = "index"
    """A non-negative number below 2^32: ``uint32``."""
    WIDE = "wide"
    """A non-negative number: ``uint32``, or ``uint64`` if any value needs it."""
    NAME_OR_INDEX = "name or index"
    """Like INDEX; V8 13 and later write indices from 2^31 on as negative numbers."""
    OFFSET = "offset"
    """The offset of a node, stored as its ordinal: ``uint32``."""


@dataclass(frozen=True)
class FieldSpec:
    """One field of a record that becomes a column.

    Parameters
    ----------
    name : str
        The column's name.
    position : int
        Index of the field in the record.
    kind : FieldKind
        Dtype and range of the values.
    """

    name: str
    position: int
    kind: FieldKind

    @property
    def dtype(self) -> type[np.uint8 | np.uint32]:
        """Dtype of the column while it is filled."""
        return np.uint8 if self.kind is FieldKind.CODE else np.uint32


@dataclass(frozen=True)
class Block:
    """A run of complete numbers of one section.

    Parameters
    ----------
    data : uint8[n]
        Text.
    start, stop : int
        The run's range in ``data``.
    first_value : int
        Index of the run's first number in the section's array.
    n_values : int
        Number of integers in the run, counted by commas.
    byte_offset : int
        Offset in the file of ``data[start]``.
    """

    data: ByteArray
    start: int
    stop: int
    first_value: int
    n_values: int
    byte_offset: int

    def offset_of(self, nth: int) -> int:
        """Return the offset in the file of the run's ``nth`` number."""
        position = self.start
        done = 0
        scratch = np.empty(min(max(nth, 1), _SCRATCH_VALUES), np.int64)
        while done < nth:
            position, count, status = parse.parse_integers(
                self.data, position, self.stop, scratch[: nth - done]
            )
            if status != parse.OK or count == 0:
                break
            done += count
        return self.byte_offset + position - self.start


@dataclass
class RecordTable:
    """The columns of one section, while they are filled.

    Several threads may fill blocks at once and in any order, after `reserve` allocated their rows.

    Parameters
    ----------
    section : str
        Name of the section, for messages.
    stride : int
        Number of fields of a record.
    fields : tuple of FieldSpec
        The fields to keep.
    node_stride : int
        Number of fields of a node record: `FieldKind.OFFSET` values are multiples of it.
    """

    section: str
    stride: int
    fields: tuple[FieldSpec, ...]
    node_stride: int = 1
    columns: dict[str, AnyArray] = field(default_factory=dict)
    _overflow: dict[str, list[tuple[IntArray, IntArray]]] = field(default_factory=dict)
    _local: threading.local = field(default_factory=threading.local)

    @property
    def capacity(self) -> int:
        """Number of allocated rows."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def reserve(self, rows: int) -> None:
        """Allocate a total number of rows, while no thread fills a block."""
        if self.columns and rows <= self.capacity:
            return
        for spec in self.fields:
            # Pages of a new array take memory only once they are written.
            column = np.empty(rows, spec.dtype)
            if spec.name in self.columns:
                old = self.columns[spec.name]
                column[: len(old)] = old
            self.columns[spec.name] = column

    def fill(self, block: Block) -> None:
        """Parse a block, whose rows must be reserved, into the columns.

        Raises
        ------
        SnapshotFormatError
            At the first invalid number, or value out of its field's range.
        """
        scratch = self._scratch()
        position = block.start
        done = 0
        while position < block.stop:
            position, count, status = parse.parse_integers(
                block.data, position, block.stop, scratch
            )
            if done + count > block.n_values:
                status = parse.BAD_NUMBER
            if status != parse.OK:
                raise status_error(status, self.section, block.byte_offset + position - block.start)
            if count == 0:
                break
            self._spread(
                scratch[:count],
                block.first_value + done,
                lambda nth: block.offset_of(nth - block.first_value),
            )
            done += count
        if done != block.n_values:
            raise status_error(
                parse.BAD_NUMBER, self.section, block.byte_offset + position - block.start
            )

    def fill_values(self, values: IntArray, offset_of: Callable[[int], int]) -> None:
        """Fill the columns from the section's whole array; its rows must be reserved.

        Raises
        ------
        SnapshotFormatError
            At the first value out of its field's range; ``offset_of`` gives its byte offset.
        """
        self._spread(values, 0, offset_of)

    def finish(self, rows: int) -> dict[str, AnyArray]:
        """Return the columns by name, with ``rows`` rows, widened if necessary; release them."""
        self.reserve(rows)
        columns = {name: column[:rows] for name, column in self.columns.items()}
        for name, patches in self._overflow.items():
            wide = columns[name].astype(np.uint64)
            for row, value in patches:
                inside = row < rows
                wide[row[inside]] = value[inside].astype(np.uint64)
            columns[name] = wide
        self.columns = {}
        return columns

    def _scratch(self) -> IntArray:
        scratch: IntArray | None = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = np.empty(_SCRATCH_VALUES, np.int64)
            self._local.scratch = scratch
        return scratch

    def _spread(self, values: IntArray, index: int, offset_of: Callable[[int], int]) -> None:
        """Copy numbers to the columns; the first is number ``index`` of the section."""
        for spec in self.fields:
            first = (spec.position - index) % self.stride
            if first >= len(values):
                continue
            row = (index + first) // self.stride
            column = self.columns[spec.name]
            if spec.kind is FieldKind.OFFSET:
                bad_row, largest = parse.spread_offsets(
                    values, first, self.stride, self.node_stride, column, row
                )
                if bad_row >= 0 or largest > _UINT32_MAX:
                    raise SnapshotFormatError(
                        f"{spec.name} is not the offset of a node",
                        section=self.section,
                        byte_offset=offset_of(max(bad_row, row) * self.stride + spec.position),
                    )
                continue
            smallest, largest = parse.spread_field(values, first, self.stride, column, row)
            lowest, highest = _RANGES[spec.kind]
            if smallest >= lowest and largest <= highest:
                continue
            taken = values[first :: self.stride]
            too_large = taken > highest
            if spec.kind is FieldKind.WIDE and smallest >= lowest:
                rows = np.flatnonzero(too_large)
                patch = (rows + row, taken[rows].copy())
                self._overflow.setdefault(spec.name, []).append(patch)
                continue
            bad = int(np.argmax(too_large | (taken < lowest)))
            raise SnapshotFormatError(
                f"{spec.name} is out of range: {int(taken[bad])}",
                section=self.section,
                byte_offset=offset_of((row + bad) * self.stride + spec.position),
            )


_RANGES = {
    FieldKind.CODE: (0, 0xFF),
    FieldKind.INDEX: (0, _UINT32_MAX),
    FieldKind.WIDE: (0, _UINT32_MAX),
    FieldKind.NAME_OR_INDEX: (_INT32_MIN, _UINT32_MAX),
}


def node_table(meta: SnapshotMeta) -> RecordTable:
    """Return an empty table for the node fields of a file."""
    kinds = {
        "type": FieldKind.CODE,
        "name": FieldKind.INDEX,
        "id": FieldKind.WIDE,
        "self_size": FieldKind.WIDE,
        "edge_count": FieldKind.INDEX,
        "detachedness": FieldKind.CODE,
        "trace_node_id": FieldKind.INDEX,
    }
    return RecordTable("nodes", len(meta.node_fields), _specs(meta.node_fields, kinds))


def edge_table(meta: SnapshotMeta) -> RecordTable:
    """Return an empty table for the edge fields of a file."""
    kinds = {
        "type": FieldKind.CODE,
        "name_or_index": FieldKind.NAME_OR_INDEX,
        "to_node": FieldKind.OFFSET,
    }
    return RecordTable(
        "edges",
        len(meta.edge_fields),
        _specs(meta.edge_fields, kinds),
        node_stride=len(meta.node_fields),
    )


def _specs(fields: tuple[str, ...], kinds: dict[str, FieldKind]) -> tuple[FieldSpec, ...]:
    return tuple(
        FieldSpec(name, position, kinds[name])
        for position, name in enumerate(fields)
        if name in kinds
    )
