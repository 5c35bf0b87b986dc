"""Build a snapshot from the sections of a file.

This module validates everything that later code relies on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import orjson
import pyarrow as pa

from heapnb._typing import AnyArray, IntArray
from heapnb.errors import SnapshotFormatError
from heapnb.format.arrow import to_texts
from heapnb.format.meta import SnapshotMeta
from heapnb.format.ranges import LARGEST_TOTAL, Fault, check_totals, first_fault, is_indexed
from heapnb.format.raw import Locations, RawSnapshot, Scopes
from heapnb.format.records import Block, RecordTable, edge_table, node_table
from heapnb.format.salvage import MISSING_STRING, clip_names, missing_parts, whole_records
from heapnb.format.scopes import checked_scopes
from heapnb.format.sections import NOT_JSON_HINT, SCOPE_SECTIONS, Sections
from heapnb.format.source import OpenSource
from heapnb.format.traces import FIELDS_OF_FUNCTIONS, FIELDS_OF_SAMPLES, listed_fields
from heapnb.kernels.csr import unsigned_offsets

_SKIPPED_BYTES = 8 << 20
"""Block size for skipping to the position of an invalid number."""


@dataclass
class Assembly:
    """Builds and validates the columns of a snapshot from the sections of its file."""

    read: Sections

    def result(self) -> RawSnapshot:
        """Validate everything, and return the columns.

        Raises
        ------
        SnapshotFormatError
            If a section is missing, or a value is out of range.
        """
        self.read.drain()
        meta = self.read.meta
        if meta is None:
            raise self.missing("snapshot")
        nodes = self.records("nodes", meta)
        edges = self.records("edges", meta)
        if self.read.strings is None:
            if not self.read.salvage:
                raise self.missing("strings")
            self.read.strings = to_texts([])
        counts = nodes.pop("edge_count")
        first_edge = self._edge_offsets(counts, len(edges["type"]))
        if self.read.salvage:
            edges = {name: column[: first_edge[-1]] for name, column in edges.items()}
            self._salvage(meta, nodes, edges)
        trace_node_id = nodes.get("trace_node_id")
        size = self.read.window.base + self.read.window.stop
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
            strings=self.read.strings,
            samples=self.read.flat.get("samples"),
            trace_function_infos=self.read.flat.get("trace_function_infos"),
            trace_tree=self.read.text_sections.pop("trace_tree", None),
            extra_sections=self.read.text_sections,
            source=replace(self.read.window.source.info, size_bytes=size),
        )
        self._check(raw)
        for column in (*nodes.values(), *edges.values(), first_edge):
            column.flags.writeable = False
        locations = self._locations(meta, len(raw.node_type))
        scopes = self.scopes(meta, raw.n_nodes, len(raw.strings))
        warnings = tuple(self.read.warnings)
        return replace(raw, locations=locations, scopes=scopes, warnings=warnings)

    def missing(self, section: str) -> SnapshotFormatError:
        """Return the error for a section that the file lacks."""
        return SnapshotFormatError(
            f'{self.read.window.source.info.name} has no section "{section}"',
            section=section,
            byte_offset=self.read.window.offset,
            hint=NOT_JSON_HINT,
        )

    def records(self, section: str, meta: SnapshotMeta) -> dict[str, AnyArray]:
        """Return the columns of a section, which has as many records as the header declares."""
        declared = meta.declared_node_count if section == "nodes" else meta.declared_edge_count
        table = self.read.tables.get(section)
        if table is None and section in self.read.flat:
            table = node_table(meta) if section == "nodes" else edge_table(meta)
            self._spread_flat(section, table)
        if table is None:
            if not self.read.salvage:
                raise self.missing(section)
            table = node_table(meta) if section == "nodes" else edge_table(meta)
        rows = self.read.rows.get(section, 0)
        if declared and declared != rows and not self.read.salvage:
            raise SnapshotFormatError(
                f"The header declares {declared} {section}, the array has {rows}",
                section=section,
                byte_offset=self._start_of(section),
                hint="the file was damaged or changed.",
            )
        return table.finish(rows)

    def partial_records(self, section: str, n_values: int, stride: int) -> SnapshotFormatError:
        """Return the error for a section that is not made of whole records."""
        return SnapshotFormatError(
            f"{n_values} values are not a multiple of the record size {stride}",
            section=section,
            byte_offset=self._start_of(section),
        )

    def _start_of(self, section: str) -> int | None:
        """Return the byte offset of an array's first number, if any of it was read."""
        blocks = self.read.blocks.get(section)
        return blocks[0][1] if blocks else None

    def _spread_flat(self, section: str, table: RecordTable) -> None:
        """Fill columns from an array that precedes the header in the file."""
        values = self.read.flat.pop(section)
        rows, rest = divmod(len(values), table.stride)
        if rest and not self.read.salvage:
            raise SnapshotFormatError(
                f"{len(values)} values are not a multiple of the record size {table.stride}",
                section=section,
                byte_offset=self._start_of(section),
            )
        table.reserve(rows)
        table.fill_values(values[: rows * table.stride], lambda nth: self._locate(section, nth))
        self.read.rows[section] = rows

    def _edge_offsets(self, counts: AnyArray, n_edges: int) -> AnyArray:
        total = int(counts.sum(dtype=np.uint64))
        self.check_edge_total(total, n_edges)
        if total == n_edges:
            return unsigned_offsets(counts, total)
        # The counts of a truncated file may exceed any array: the last nodes have no edges.
        ends = np.minimum(np.cumsum(counts, dtype=np.uint64), np.uint64(n_edges))
        fitting = np.diff(ends, prepend=np.uint64(0)).astype(counts.dtype)
        return unsigned_offsets(fitting, n_edges)

    def check_edge_total(self, total: int, n_edges: int) -> None:
        """Check that the nodes declare as many edges as there are."""
        if total != n_edges and not self.read.salvage:
            raise SnapshotFormatError(
                f"The nodes declare {total} edges, the array has {n_edges}",
                section="edges",
                byte_offset=self._start_of("edges"),
                hint="the file was damaged or changed.",
            )

    def _salvage(
        self, meta: SnapshotMeta, nodes: dict[str, AnyArray], edges: dict[str, AnyArray]
    ) -> None:
        """Leave records out that were cut, and give what lost its name another one."""
        read = self.read
        assert read.strings is not None  # noqa: S101  result() has just made sure
        if read.cut_in is not None:
            read.warnings.append(missing_parts(read, meta))
        n_strings = len(read.strings)
        has_index = is_indexed(meta)
        known = np.minimum(edges["type"], len(has_index) - 1)
        bad_nodes = nodes["name"] >= n_strings
        bad_edges = (edges["name_or_index"] >= n_strings) & ~has_index[known]
        nodes["name"][bad_nodes] = n_strings
        edges["name_or_index"][bad_edges] = n_strings
        found = bool(bad_nodes.any() or bad_edges.any())
        for section, fields, names in (
            (
                "trace_function_infos",
                listed_fields(meta, "trace_function_info_fields", FIELDS_OF_FUNCTIONS),
                ("name", "script_name"),
            ),
            ("samples", listed_fields(meta, "sample_fields", FIELDS_OF_SAMPLES), ()),
            ("scope_context_vars", meta.scope_context_var_fields, ("name",)),
        ):
            if fields and section in read.flat:
                values = read.flat[section] = whole_records(read.flat[section], len(fields))
                found |= clip_names(values, fields, names, n_strings)
        if found:
            read.strings = pa.concat_arrays([read.strings, to_texts([MISSING_STRING])])

    def _locate(self, section: str, nth: int) -> int:
        """Return the byte offset of the nth number of a section that was already read."""
        blocks = self.read.blocks[section]
        firsts = [first for first, _ in blocks]
        i = int(np.searchsorted(firsts, nth, side="right")) - 1
        first, offset = blocks[i]
        reopen = self.read.window.source.reopen
        if reopen is None:
            return offset
        source = reopen()
        source.is_streamed = True
        try:
            return self._find_number(source, first, offset, nth)
        finally:
            source.close()

    def _find_number(self, source: OpenSource, first: int, offset: int, nth: int) -> int:
        """Read a block again to find the byte offset of its nth number."""
        skip = offset
        chunk = np.empty(_SKIPPED_BYTES, np.uint8)
        while skip > 0:
            got = source.read_into(chunk.data[: min(skip, len(chunk))])
            if got == 0:
                return offset
            skip -= got
        # The number is in this block of text, or reading stopped right after it.
        data = np.empty(2 * self.read.window.block_bytes, np.uint8)
        got = source.read_into(data.data)
        return Block(data, 0, got, first, nth - first + 1, offset).offset_of(nth - first)

    def _check(self, raw: RawSnapshot) -> None:
        """Check that every index and ordinal is in range, because kernels do not check."""
        self.check_nodes(raw.meta, raw.n_nodes, float(raw.self_size.sum(dtype=np.float64)))
        fault = first_fault(raw)
        if fault is not None:
            raise self.bad_value(raw.meta, fault)

    def check_nodes(self, meta: SnapshotMeta, n_nodes: int, total_size: float) -> None:
        """Check that there are nodes, that the root is one of them, and that sizes add up."""
        if n_nodes == 0:
            raise SnapshotFormatError(
                "The file ends before its first node is complete"
                if self.read.cut_in is not None
                else "The snapshot has no nodes",
                section="nodes",
                byte_offset=self._start_of("nodes"),
            )
        check_totals(meta, n_nodes, total_size)

    def bad_value(self, meta: SnapshotMeta, fault: Fault) -> SnapshotFormatError:
        """Return the error for a value that is out of range."""
        fields = meta.node_fields if fault.section == "nodes" else meta.edge_fields
        nth = fault.row * len(fields) + fields.index(fault.field)
        shown = fault.value * (len(meta.node_fields) if fault.field == "to_node" else 1)
        return SnapshotFormatError(
            f"{fault.field} is {fault.what}: {shown}",
            section=fault.section,
            byte_offset=self._locate(fault.section, nth),
        )

    def bad_location(self, nth: int, value: int) -> SnapshotFormatError:
        """Return the error for the nth number of locations, which is not the offset of a node."""
        return SnapshotFormatError(
            f"object_index is not the offset of a node: {value}",
            section="locations",
            byte_offset=self._locate("locations", nth),
        )

    def scopes(self, meta: SnapshotMeta, n_nodes: int, n_strings: int) -> Scopes | None:
        """Check the scopes of scripts, and return their columns; None without scopes."""
        if not meta.scope_fields:
            return None
        values = {}
        for name in SCOPE_SECTIONS:
            if name in self.read.text_sections:
                # It precedes the header, which says that it is an array of integers.
                values[name] = _integers(name, self.read.text_sections.pop(name))
            elif name in self.read.flat:
                values[name] = self.read.flat[name]
        if "scopes" not in values:
            return None
        try:
            return checked_scopes(meta, values, n_nodes, n_strings, self._offset_if_known)
        except SnapshotFormatError:
            if not self.read.salvage:
                raise
            self.read.warnings.append("The scopes of scripts are incomplete; they are left out.")
            return None

    def _offset_if_known(self, section: str, nth: int) -> int | None:
        return self._locate(section, nth) if section in self.read.blocks else None

    def _locations(self, meta: SnapshotMeta, n_nodes: int) -> Locations | None:
        values = self.read.flat.get("locations")
        if not meta.location_fields or values is None:
            return None
        stride = len(meta.location_fields)
        rows, rest = divmod(len(values), stride)
        if rest and not self.read.salvage:
            raise self.partial_records("locations", len(values), stride)
        records = values[: rows * stride].reshape(rows, stride)

        def column(name: str) -> IntArray:
            taken: IntArray = np.ascontiguousarray(records[:, meta.location_fields.index(name)])
            return taken

        offsets = column("object_index")
        ordinals, misfit = np.divmod(offsets, len(meta.node_fields))
        bad = (misfit != 0) | (offsets < 0) | (ordinals >= n_nodes)
        if bad.any():
            row = int(np.argmax(bad))
            if not self.read.salvage:
                nth = row * stride + meta.location_fields.index("object_index")
                raise self.bad_location(nth, int(offsets[row]))
        keep = ~bad
        return Locations(
            node=ordinals[keep].astype(np.uint32),
            script_id=column("script_id")[keep],
            line=column("line")[keep],
            column=column("column")[keep],
        )


def _integers(section: str, text: bytes) -> IntArray:
    """Read an array that precedes the header."""
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        values = None
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        raise SnapshotFormatError(f'"{section}" is not an array of integers', section=section)
    if any(abs(value) >= LARGEST_TOTAL for value in values):
        raise SnapshotFormatError("The integer is too large", section=section)
    return np.array(values, np.int64)
