"""From the bytes of a ``.heapsnapshot`` to its columns, in one pass and in bounded memory.

The file is read in blocks. The main thread finds where sections and numbers begin; worker
threads parse blocks of numbers straight into preallocated columns (the kernels run without
the GIL). Nothing is trusted: everything that later code relies on is checked here.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from heapnb._typing import AnyArray, ByteArray, IntArray, ProgressCallback
from heapnb.errors import SnapshotFormatError, TruncatedSnapshotError
from heapnb.format.meta import SnapshotMeta
from heapnb.format.raw import Locations, RawSnapshot
from heapnb.format.records import (
    Block,
    FieldKind,
    FieldSpec,
    RecordTable,
    status_error,
)
from heapnb.format.source import OpenSource, SnapshotSource, open_source
from heapnb.format.window import WHITE_SPACE, Window
from heapnb.kernels import parse
from heapnb.kernels.check import first_bad_name
from heapnb.kernels.csr import unsigned_offsets
from heapnb.vocab import INDEXED_EDGE_TYPES

BLOCK_BYTES = 8 << 20
"""Text read at a time."""

_WORKERS = 2
_MAX_BLOCKS_IN_WORK = 4
_ROWS_TRUSTED = 1 << 20
"""Rows allocated on the header's word alone; more only as far as the file can hold them."""

_SECTION_INTEGERS = ("samples", "trace_function_infos", "locations")
_MISSING_STRING = "(missing from the truncated file)"
_NOT_JSON_HINT = "heapnb reads V8 heap snapshots (.heapsnapshot), also .gz and .zst."
_TRUNCATED_HINT = (
    "the process may have been killed while writing; salvage=True (--salvage) reads what is there."
)


def read_snapshot(
    source: SnapshotSource,
    *,
    progress: ProgressCallback | None = None,
    salvage: bool = False,
    block_bytes: int = BLOCK_BYTES,
) -> RawSnapshot:
    """Read a heap snapshot.

    Parameters
    ----------
    source : str, PathLike, binary file or bytes
        A path, ``"-"`` for stdin, a URL, an open binary file, or the bytes themselves; gzip
        and zstd are recognised by their content.
    progress : callable, optional
        Called with (stage, bytes done, bytes in all).
    salvage : bool, default False
        Read what a truncated file still holds, and say in ``warnings`` what is missing.
    block_bytes : int, optional
        Bytes read at a time.

    Returns
    -------
    RawSnapshot

    Raises
    ------
    SnapshotFormatError
        If the input is not a valid snapshot; names the section and the byte offset.
    TruncatedSnapshotError
        If it ends too early.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> data = SnapshotBuilder.from_edges("root>a a>b").to_bytes()
    >>> read_snapshot(data).n_nodes
    3
    """
    opened = open_source(source)
    with ThreadPoolExecutor(_WORKERS, "heapnb-parse") as workers:
        reader = _Reader(Window(opened, block_bytes, progress), workers, salvage=salvage)
        try:
            reader.read()
        finally:
            reader.window.close()
    return reader.result()


class _EndOfInput(Exception):
    """The input ended inside a section; becomes a `TruncatedSnapshotError`."""


@dataclass
class _Reader:
    """The state of reading one file: which sections were seen, and what they held."""

    window: Window
    workers: ThreadPoolExecutor
    salvage: bool
    meta: SnapshotMeta | None = None
    tables: dict[str, RecordTable] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    flat: dict[str, IntArray] = field(default_factory=dict)
    blocks: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    strings: pa.LargeStringArray | None = None
    text_sections: dict[str, bytes] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    _in_work: deque[Future[None]] = field(default_factory=deque)

    # -- the top level object -------------------------------------------------------------

    def read(self) -> None:
        window = self.window
        first = window.peek()
        if self._next_bytes(len(BOM_UTF8)) == BOM_UTF8:
            window.position += len(BOM_UTF8)
            first = window.peek()
        if first < 0:
            raise SnapshotFormatError(
                f"{window.source.info.name} is empty",
                section="file",
                byte_offset=window.offset,
                hint=_NOT_JSON_HINT,
            )
        if first != ord("{"):
            raise SnapshotFormatError(
                f"{window.source.info.name} is not a JSON object",
                section="file",
                byte_offset=window.offset,
                hint=_NOT_JSON_HINT,
            )
        window.position += 1
        section = "file"
        try:
            while (key := self._next_key()) is not None:
                section = key
                self._read_section(key)
        except _EndOfInput:
            self._drain()
            self._truncated(section)
            return
        except TruncatedSnapshotError:
            if not self.salvage:
                raise
            self._drain()
            self._truncated(section)
            return
        self._check_tail()

    def _truncated(self, section: str) -> None:
        window = self.window
        window.position = window.stop
        if not self.salvage or self.meta is None:
            raise TruncatedSnapshotError(
                f"{window.source.info.name} ends too early",
                section=section,
                byte_offset=window.offset,
                hint=_TRUNCATED_HINT if self.meta is not None else None,
            )
        self.warnings.append(
            f"The file is truncated in section '{section}' at byte {window.offset}; "
            "the rest is missing."
        )

    def _next_bytes(self, n: int) -> bytes:
        while self.window.stop - self.window.position < n and self.window.more():
            pass
        return self.window.data[self.window.position : self.window.position + n].tobytes()

    def _next_key(self) -> str | None:
        """Read ``"key":``, with the comma before it; None behind the closing brace."""
        window = self.window
        byte = self._require_byte()
        if byte == ord("}"):
            window.position += 1
            return None
        if self.seen:
            if byte != ord(","):
                raise self._unexpected("expected ',' or '}' between sections")
            window.position += 1
            byte = self._require_byte()
        if byte != ord('"'):
            raise self._unexpected("expected the name of a section")
        name = self._value_text().decode("utf-8", "replace")[1:-1]
        if self._require_byte() != ord(":"):
            raise self._unexpected(f"expected ':' behind \"{name:.40}\"")
        window.position += 1
        if name in self.seen:
            raise self._unexpected(f'section "{name:.40}" occurs twice')
        self.seen.add(name)
        return name

    def _require_byte(self) -> int:
        byte = self.window.peek()
        if byte < 0:
            raise _EndOfInput
        return byte

    def _unexpected(self, what: str) -> SnapshotFormatError:
        return SnapshotFormatError(
            f"{self.window.source.info.name} is not valid JSON: {what}",
            section="file",
            byte_offset=self.window.offset,
            hint=_NOT_JSON_HINT,
        )

    def _check_tail(self) -> None:
        byte = self.window.peek()
        if byte < 0:
            return
        if byte == 0:
            self.warnings.append("The file has NUL bytes behind the snapshot; they are ignored.")
            return
        raise self._unexpected("something follows the snapshot")

    def _read_section(self, name: str) -> None:
        byte = self._require_byte()
        if name == "snapshot":
            offset = self.window.offset
            if byte != ord("{"):
                raise self._not_a("an object", name)
            self.meta = SnapshotMeta.from_json(self._value_text(), byte_offset=offset)
        elif name in ("nodes", "edges"):
            self._open_array(byte, name)
            if self.meta is None:
                self._read_flat(name)
            else:
                self._read_records(name, self._new_table(name, self.meta))
        elif name in _SECTION_INTEGERS:
            self._open_array(byte, name)
            self._read_flat(name)
        elif name == "strings":
            self._open_array(byte, name)
            self._read_strings()
        elif byte in b'{["':
            self.text_sections[name] = self._value_text()
        else:
            self._skip_scalar()

    def _open_array(self, byte: int, name: str) -> None:
        if byte != ord("["):
            raise self._not_a("an array", name)
        self.window.position += 1

    def _not_a(self, what: str, section: str) -> SnapshotFormatError:
        return SnapshotFormatError(
            f'"{section}" is not {what}',
            section=section,
            byte_offset=self.window.offset,
            hint=_NOT_JSON_HINT,
        )

    def _value_text(self) -> bytes:
        """Consume an object, array or string and return its text."""
        window = self.window
        parts: list[bytes] = []
        state = (0, False, False)
        while True:
            position, depth, in_string, escaped, done = parse.skip_value(
                window.data, window.position, window.stop, *state
            )
            parts.append(window.data[window.position : position].tobytes())
            window.position = position
            if done:
                return b"".join(parts)
            state = (depth, in_string, escaped)
            if not window.more():
                raise _EndOfInput

    def _skip_scalar(self) -> None:
        window = self.window
        while True:
            byte = self._require_byte()
            if byte in b",}":
                return
            if byte in b'[{"]':
                raise self._unexpected("expected a value")
            window.position += 1

    # -- arrays of integers -----------------------------------------------------------------

    def _new_table(self, name: str, meta: SnapshotMeta) -> RecordTable:
        if name == "nodes":
            table = _node_table(meta)
            declared = meta.declared_node_count
        else:
            table = _edge_table(meta)
            declared = meta.declared_edge_count
        remaining = self.window.remaining
        # A number and its comma take two bytes: what the header promises beyond that is a lie.
        bound = _ROWS_TRUSTED if remaining is None else remaining // (2 * table.stride) + 1
        table.reserve(min(declared, bound))
        return table

    def _blocks(self, section: str) -> Iterator[Block]:
        """Yield the blocks of an array of integers whose bracket is already consumed."""
        window = self.window
        index = self.blocks.setdefault(section, [])
        first_value = 0
        while True:
            n_commas, last_comma, bracket = parse.scan_block(
                window.data, window.position, window.stop
            )
            if bracket < 0 and last_comma < 0:
                if not window.more():
                    raise _EndOfInput
                continue
            stop = bracket if bracket >= 0 else last_comma + 1
            text = window.data[window.position : stop]
            n_values = n_commas
            if bracket >= 0 and (first_value or n_commas or not _is_blank(text)):
                n_values += 1
            block = Block(window.data, window.position, stop, first_value, n_values, window.offset)
            index.append((first_value, block.byte_offset))
            window.position = stop + (bracket >= 0)
            first_value += n_values
            yield block
            if bracket >= 0:
                return

    def _read_records(self, section: str, table: RecordTable) -> None:
        self.tables[section] = table
        n_values = 0
        try:
            for block in self._blocks(section):
                n_values = block.first_value + block.n_values
                rows = -(-n_values // table.stride)
                if rows > table.capacity:
                    self._drain()
                    table.reserve(max(rows, 2 * table.capacity))
                self._in_work.append(self.workers.submit(table.fill, block))
                while len(self._in_work) > _MAX_BLOCKS_IN_WORK:
                    self._in_work.popleft().result()
        except _EndOfInput:
            self.rows[section] = n_values // table.stride
            raise
        if n_values % table.stride:
            self._drain()
            raise SnapshotFormatError(
                f"{n_values} values are not a multiple of the record size {table.stride}",
                section=section,
                byte_offset=self.window.offset - 1,
            )
        self.rows[section] = n_values // table.stride

    def _drain(self) -> None:
        while self._in_work:
            self._in_work.popleft().result()

    def _read_flat(self, section: str) -> None:
        """Read an array as it is: small ones, and those whose meta comes later."""
        parts: list[IntArray] = []
        try:
            for block in self._blocks(section):
                values = np.empty(block.n_values, np.int64)
                position, count, status = parse.parse_integers(
                    block.data, block.start, block.stop, values
                )
                if status == parse.OK and count < block.n_values:
                    status = parse.BAD_NUMBER
                if status != parse.OK:
                    raise status_error(status, section, block.byte_offset + position - block.start)
                parts.append(values)
        finally:
            self.flat[section] = np.concatenate(parts) if parts else np.empty(0, np.int64)

    # -- strings ----------------------------------------------------------------------------

    def _read_strings(self) -> None:
        window = self.window
        remaining = window.remaining
        text = np.empty((remaining or 0) + 4 * (window.stop - window.position), np.uint8)
        offsets = np.zeros(1 << 16, np.int64)
        text_end = 0
        n_strings = 0
        expect_value = True
        done = False
        try:
            while not done:
                unread = window.stop - window.position
                # Every invalid byte may become a replacement character of three.
                text = _grown(text, text_end + 3 * unread)
                offsets = _grown(offsets, n_strings + unread // 2 + 2)
                position, text_end, n_strings, expect_value, done, status = parse.parse_strings(
                    window.data,
                    window.position,
                    window.stop,
                    expect_value,
                    text,
                    text_end,
                    offsets,
                    n_strings,
                )
                window.position = position
                if status != parse.OK:
                    raise status_error(status, "strings", window.offset)
                if not done and not window.more():
                    raise _EndOfInput
        finally:
            self.strings = pa.LargeStringArray.from_buffers(
                n_strings,
                pa.py_buffer(offsets[: n_strings + 1].copy()),
                pa.py_buffer(text[:text_end]),
            )

    # -- putting it together ----------------------------------------------------------------

    def result(self) -> RawSnapshot:
        self._drain()
        meta = self.meta
        if meta is None:
            raise self._missing("snapshot")
        nodes = self._records("nodes", meta)
        edges = self._records("edges", meta)
        if self.strings is None:
            if not self.salvage:
                raise self._missing("strings")
            self.strings = pa.array([], pa.large_string())
        counts = nodes.pop("edge_count")
        first_edge = self._edge_offsets(counts, len(edges["type"]))
        self._check(meta, nodes, edges)
        trace_node_id = nodes.get("trace_node_id")
        size = self.window.base + self.window.stop
        raw = RawSnapshot(
            meta=meta,
            node_type=nodes["type"],
            node_name=nodes["name"],
            node_id=nodes["id"],
            self_size=nodes["self_size"],
            first_edge=first_edge,
            detachedness=nodes.get("detachedness"),
            trace_node_id=(
                trace_node_id if trace_node_id is not None and trace_node_id.any() else None
            ),
            edge_type=edges["type"],
            edge_name=edges["name_or_index"],
            edge_to=edges["to_node"],
            strings=self.strings,
            locations=self._locations(meta, len(nodes["type"])),
            samples=self.flat.get("samples"),
            trace_function_infos=self.flat.get("trace_function_infos"),
            trace_tree=self.text_sections.pop("trace_tree", None),
            extra_sections=self.text_sections,
            source=replace(self.window.source.info, size_bytes=size),
            warnings=tuple(self.warnings),
        )
        for column in (*nodes.values(), *edges.values(), first_edge):
            column.flags.writeable = False
        return raw

    def _missing(self, section: str) -> SnapshotFormatError:
        return SnapshotFormatError(
            f'{self.window.source.info.name} has no section "{section}"',
            section=section,
            byte_offset=self.window.offset,
            hint=_NOT_JSON_HINT,
        )

    def _records(self, section: str, meta: SnapshotMeta) -> dict[str, AnyArray]:
        declared = meta.declared_node_count if section == "nodes" else meta.declared_edge_count
        table = self.tables.get(section)
        if table is None and section in self.flat:
            table = _node_table(meta) if section == "nodes" else _edge_table(meta)
            self._spread_flat(section, table)
        if table is None:
            if not self.salvage:
                raise self._missing(section)
            table = _node_table(meta) if section == "nodes" else _edge_table(meta)
        rows = self.rows.get(section, 0)
        if declared and declared != rows and not self.salvage:
            raise SnapshotFormatError(
                f"The header promises {declared} {section}, the array holds {rows}",
                section=section,
                byte_offset=self.blocks[section][0][1],
                hint="the file was damaged or changed.",
            )
        return table.finish(rows)

    def _spread_flat(self, section: str, table: RecordTable) -> None:
        """Make columns of an array that came before the header."""
        values = self.flat.pop(section)
        rows, rest = divmod(len(values), table.stride)
        if rest and not self.salvage:
            raise SnapshotFormatError(
                f"{len(values)} values are not a multiple of the record size {table.stride}",
                section=section,
                byte_offset=self.blocks[section][0][1],
            )
        table.reserve(rows)
        table.fill_values(values[: rows * table.stride], lambda nth: self._locate(section, nth))
        self.rows[section] = rows

    def _edge_offsets(self, counts: AnyArray, n_edges: int) -> AnyArray:
        total = int(counts.sum(dtype=np.uint64))
        if total != n_edges and not self.salvage:
            raise SnapshotFormatError(
                f"The nodes own {total} edges, the array holds {n_edges}",
                section="edges",
                byte_offset=self.blocks["edges"][0][1],
                hint="the file was damaged or changed.",
            )
        offsets = unsigned_offsets(counts, max(total, n_edges))
        if total != n_edges:
            np.minimum(offsets, offsets.dtype.type(n_edges), out=offsets)
        return offsets

    def _locate(self, section: str, nth: int) -> int:
        """Byte offset of the nth number of a section that was read before."""
        blocks = self.blocks[section]
        firsts = [first for first, _ in blocks]
        i = int(np.searchsorted(firsts, nth, side="right")) - 1
        first, offset = blocks[i]
        reopen = self.window.source.reopen
        if reopen is None:
            return offset
        source = reopen()
        try:
            return self._find_number(source, first, offset, nth)
        finally:
            source.close()

    def _find_number(self, source: OpenSource, first: int, offset: int, nth: int) -> int:
        """Read a block once more, to find where its nth number is."""
        skip = offset
        chunk = np.empty(BLOCK_BYTES, np.uint8)
        while skip > 0:
            got = source.read_into(chunk.data[: min(skip, len(chunk))])
            if got == 0:
                return offset
            skip -= got
        # A block of text holds the number, or reading stopped right behind it.
        data = np.empty(2 * self.window.block_bytes, np.uint8)
        got = source.read_into(data.data)
        return Block(data, 0, got, first, nth - first + 1, offset).offset_of(nth - first)

    def _check(
        self, meta: SnapshotMeta, nodes: dict[str, AnyArray], edges: dict[str, AnyArray]
    ) -> None:
        """Prove what the kernels rely on: every index and ordinal is in range."""
        n_nodes = len(nodes["type"])
        if n_nodes == 0:
            raise SnapshotFormatError(
                "The snapshot holds no nodes",
                section="nodes",
                byte_offset=self.blocks["nodes"][0][1] if "nodes" in self.blocks else None,
            )
        if meta.root_offset % len(meta.node_fields) or (
            meta.root_offset // len(meta.node_fields) >= n_nodes
        ):
            raise SnapshotFormatError(
                f"root_index is not the offset of a node: {meta.root_offset}",
                section="snapshot",
            )
        self._below("nodes", "type", nodes["type"], len(meta.node_types), "no type of node")
        self._below("edges", "type", edges["type"], len(meta.edge_types), "no type of edge")
        if len(edges["to_node"]):
            self._below("edges", "to_node", edges["to_node"], n_nodes, "not the offset of a node")
        self._check_names(meta, nodes, edges)

    def _check_names(
        self, meta: SnapshotMeta, nodes: dict[str, AnyArray], edges: dict[str, AnyArray]
    ) -> None:
        assert self.strings is not None  # noqa: S101  result() has just made sure
        is_indexed = np.array([name in INDEXED_EDGE_TYPES for name in meta.edge_types], np.bool_)
        n_strings = len(self.strings)
        if self.salvage:
            bad_nodes = nodes["name"] >= n_strings
            bad_edges = (edges["name_or_index"] >= n_strings) & ~is_indexed[edges["type"]]
            if bad_nodes.any() or bad_edges.any():
                nodes["name"][bad_nodes] = n_strings
                edges["name_or_index"][bad_edges] = n_strings
                self.strings = pa.concat_arrays(
                    [self.strings, pa.array([_MISSING_STRING], pa.large_string())]
                )
            return
        self._below("nodes", "name", nodes["name"], n_strings, "no index of a string")
        bad = first_bad_name(edges["type"], edges["name_or_index"], is_indexed, n_strings)
        if bad >= 0:
            raise self._bad_value(
                "edges", "name_or_index", bad, edges["name_or_index"][bad], "no index of a string"
            )

    def _below(
        self, section: str, field_name: str, column: AnyArray, bound: int, what: str
    ) -> None:
        if len(column) and int(column.max()) >= bound:
            row = int(np.argmax(column >= bound))
            raise self._bad_value(section, field_name, row, column[row], what)

    def _bad_value(
        self, section: str, field_name: str, row: int, value: int, what: str
    ) -> SnapshotFormatError:
        assert self.meta is not None  # noqa: S101  only called behind the check of the header
        meta = self.meta
        fields = meta.node_fields if section == "nodes" else meta.edge_fields
        nth = row * len(fields) + fields.index(field_name)
        shown = int(value) * (len(meta.node_fields) if field_name == "to_node" else 1)
        return SnapshotFormatError(
            f"{field_name} is {what}: {shown}",
            section=section,
            byte_offset=self._locate(section, nth),
        )

    def _locations(self, meta: SnapshotMeta, n_nodes: int) -> Locations | None:
        values = self.flat.get("locations")
        if not meta.location_fields or values is None:
            return None
        stride = len(meta.location_fields)
        rows, rest = divmod(len(values), stride)
        if rest and not self.salvage:
            raise SnapshotFormatError(
                f"{len(values)} values are not a multiple of the record size {stride}",
                section="locations",
                byte_offset=self.blocks["locations"][0][1],
            )
        records = values[: rows * stride].reshape(rows, stride)

        def column(name: str) -> IntArray:
            taken: IntArray = np.ascontiguousarray(records[:, meta.location_fields.index(name)])
            return taken

        offsets = column("object_index")
        ordinals, misfit = np.divmod(offsets, len(meta.node_fields))
        bad = (misfit != 0) | (offsets < 0) | (ordinals >= n_nodes)
        if bad.any():
            row = int(np.argmax(bad))
            if not self.salvage:
                raise SnapshotFormatError(
                    f"object_index is not the offset of a node: {offsets[row]}",
                    section="locations",
                    byte_offset=self._locate(
                        "locations", row * stride + meta.location_fields.index("object_index")
                    ),
                )
        keep = ~bad
        return Locations(
            node=ordinals[keep].astype(np.uint32),
            script_id=column("script_id")[keep],
            line=column("line")[keep],
            column=column("column")[keep],
        )


def _node_table(meta: SnapshotMeta) -> RecordTable:
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


def _edge_table(meta: SnapshotMeta) -> RecordTable:
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


def _is_blank(text: ByteArray) -> bool:
    return not text.tobytes().strip(WHITE_SPACE)


def _grown(array: AnyArray, needed: int) -> AnyArray:
    if needed <= len(array):
        return array
    larger = np.empty(max(needed, len(array) + len(array) // 2), array.dtype)
    larger[: len(array)] = array
    return larger
