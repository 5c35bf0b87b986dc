"""The sections of a ``.heapsnapshot``, read in one pass and in bounded memory.

The main thread reads blocks and finds the starts of sections and numbers. Worker threads
parse blocks of numbers into preallocated columns; the kernels release the GIL.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from heapnb._typing import AnyArray, ByteArray, IntArray
from heapnb.errors import SnapshotFormatError, TruncatedSnapshotError
from heapnb.format.meta import SnapshotMeta
from heapnb.format.other_files import HEAD, HEAP_PROFILE_HINT, is_heap_profile
from heapnb.format.records import Block, RecordTable, edge_table, node_table, status_error
from heapnb.format.window import WHITE_SPACE, Window
from heapnb.kernels import parse
from heapnb.kernels.json_check import first_bad_byte

_MAX_BLOCKS_IN_WORK = 4
_ROWS_TRUSTED = 1 << 20
"""Rows allocated because the header declares them; more only if the file is large enough."""

_MOST_SECTIONS = 1000
"""V8 writes about ten."""

_LONGEST_KEY = 40
"""Characters of a section's name that messages quote."""

_LONGEST_GAP = 1 << 16
"""More bytes without a comma in an array of integers are not one."""

_SECTION_INTEGERS = ("samples", "trace_function_infos", "locations")
SCOPE_SECTIONS = ("scopes", "scope_context_vars", "scope_uses")
NOT_JSON_HINT = "heapnb reads V8 heap snapshots (.heapsnapshot), also .gz and .zst."
_TRUNCATED_HINT = (
    "the process may have been killed; salvage=True (--salvage) reads the intact part."
)


class EndOfInput(Exception):
    """The input ended inside a section; converted to a `TruncatedSnapshotError`."""


@dataclass
class Sections:
    """The sections of a file that were read so far, and their contents."""

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
    cut_in: str | None = None
    _in_work: deque[Future[None]] = field(default_factory=deque)

    # -- the top level object -------------------------------------------------------------

    def read(self) -> None:
        """Read all sections.

        Raises
        ------
        SnapshotFormatError
            If the file is not valid JSON, or a section has the wrong form.
        TruncatedSnapshotError
            If the file ends too early, unless it is salvaged.
        """
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
                hint=NOT_JSON_HINT,
            )
        if first != ord("{"):
            raise SnapshotFormatError(
                f"{window.source.info.name} is not a JSON object",
                section="file",
                byte_offset=window.offset,
                hint=NOT_JSON_HINT,
            )
        if is_heap_profile(self._next_bytes(HEAD)):
            raise SnapshotFormatError(
                f"{window.source.info.name} is a sampling heap profile, not a snapshot",
                section="file",
                byte_offset=window.offset,
                hint=HEAP_PROFILE_HINT,
            )
        window.position += 1
        section = "file"
        try:
            while (key := self._next_key()) is not None:
                section = key[:_LONGEST_KEY]
                self._read_section(key)
        except EndOfInput:
            self.drain()
            self._truncated(section)
            return
        self._check_tail()
        if self.window.damage is not None:
            self.warnings.append(f"{self.window.damage.message} All sections are complete.")

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
        self.cut_in = section
        self.warnings.append(
            f"The file is truncated in section '{section}' at byte {window.offset}; "
            "the rest is missing."
        )
        if window.damage is not None and not isinstance(window.damage, TruncatedSnapshotError):
            self.warnings.append(
                f"{window.damage.message} What was unpacked just before that may be wrong."
            )

    def _next_bytes(self, n: int) -> bytes:
        while self.window.stop - self.window.position < n and self.window.more():
            pass
        return self.window.data[self.window.position : self.window.position + n].tobytes()

    def _next_key(self) -> str | None:
        """Read ``"key":`` and the comma before it; return None at the closing brace."""
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
            raise self._unexpected(f"expected ':' behind \"{name[:_LONGEST_KEY]}\"")
        window.position += 1
        if name in self.seen:
            raise self._unexpected(f'section "{name[:_LONGEST_KEY]}" occurs twice')
        self.seen.add(name)
        if len(self.seen) > _MOST_SECTIONS:
            raise self._unexpected(f"more than {_MOST_SECTIONS:,} sections")
        return name

    def _require_byte(self) -> int:
        byte = self.window.peek()
        if byte < 0:
            raise EndOfInput
        return byte

    def _unexpected(self, what: str) -> SnapshotFormatError:
        return SnapshotFormatError(
            f"{self.window.source.info.name} is not valid JSON: {what}",
            section="file",
            byte_offset=self.window.offset,
            hint=NOT_JSON_HINT,
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
        elif name in _SECTION_INTEGERS or (
            name in SCOPE_SECTIONS and self.meta is not None and self.meta.scope_fields
        ):
            self._open_array(byte, name)
            self._read_flat(name)
        elif name == "strings":
            self._open_array(byte, name)
            self._read_strings()
        else:
            self._read_text(name, byte)

    def _open_array(self, byte: int, name: str) -> None:
        if byte != ord("["):
            raise self._not_a("an array", name)
        self.window.position += 1

    def _not_a(self, what: str, section: str) -> SnapshotFormatError:
        return SnapshotFormatError(
            f'"{section}" is not {what}',
            section=section,
            byte_offset=self.window.offset,
            hint=NOT_JSON_HINT,
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
                raise EndOfInput

    def _read_text(self, name: str, byte: int) -> None:
        """Keep a section that others read, or nobody, once it is known to be JSON."""
        offset = self.window.offset
        is_scalar = byte not in b'{["'
        text = self._scalar_text() if is_scalar else self._value_text()
        bad = first_bad_byte(np.frombuffer(text, np.uint8), np.empty(len(text) + 1, np.uint8))
        if self._check_json(name, offset, bad) and not is_scalar:
            self.text_sections[name] = text

    def _check_json(self, name: str, offset: int, bad: int) -> bool:
        """Tell whether a section is JSON: its first bad byte is -1."""
        if bad >= 0 and self.salvage:
            self.warnings.append(f"Section '{name[:_LONGEST_KEY]}' is damaged; it is left out.")
        elif bad >= 0:
            raise SnapshotFormatError(
                "The section is not valid JSON",
                section=name[:_LONGEST_KEY],
                byte_offset=offset + bad,
                hint="the file was damaged or changed.",
            )
        return bad < 0

    def _scalar_text(self) -> bytes:
        """Consume a number or a word, and return its text."""
        window = self.window
        text = bytearray()
        while True:
            if window.position == window.stop and not window.more():
                raise EndOfInput
            byte = int(window.data[window.position])
            if byte in b",}":
                return bytes(text)
            if byte in b'[{"]' or len(text) == _LONGEST_GAP:
                raise self._unexpected("expected a value")
            text.append(byte)
            window.position += 1

    # -- arrays of integers -----------------------------------------------------------------

    def _new_table(self, name: str, meta: SnapshotMeta) -> RecordTable:
        if name == "nodes":
            table = node_table(meta)
            declared = meta.declared_node_count
        else:
            table = edge_table(meta)
            declared = meta.declared_edge_count
        remaining = self.window.remaining
        # A number and its comma take two bytes, so the file cannot have more rows than this.
        bound = _ROWS_TRUSTED if remaining is None else remaining // (2 * table.stride) + 1
        table.reserve(min(declared, bound))
        return table

    def _blocks(self, section: str) -> Iterator[Block]:
        """Yield the blocks of an array of integers after its opening bracket."""
        window = self.window
        index = self.blocks.setdefault(section, [])
        first_value = 0
        while True:
            n_commas, last_comma, bracket = parse.scan_block(
                window.data, window.position, window.stop
            )
            if bracket < 0 and last_comma < 0:
                window.skip_blanks()
                if window.stop - window.position > _LONGEST_GAP:
                    raise status_error(parse.BAD_NUMBER, section, window.offset)
                if not window.more():
                    raise EndOfInput
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
                    self.drain()
                    table.reserve(max(rows, 2 * table.capacity))
                self._in_work.append(self.workers.submit(table.fill, block))
                while len(self._in_work) > _MAX_BLOCKS_IN_WORK:
                    self._in_work.popleft().result()
        except EndOfInput:
            self.rows[section] = n_values // table.stride
            raise
        if n_values % table.stride:
            self.drain()
            raise SnapshotFormatError(
                f"{n_values} values are not a multiple of the record size {table.stride}",
                section=section,
                byte_offset=self.window.offset - 1,
            )
        self.rows[section] = n_values // table.stride

    def drain(self) -> None:
        """Wait until all submitted blocks are parsed."""
        while self._in_work:
            self._in_work.popleft().result()

    def _read_flat(self, section: str) -> None:
        """Read a flat array: a small one, or one that precedes its meta data."""
        parts: list[IntArray] = []
        try:
            parts.extend(self._integers(section, block) for block in self._blocks(section))
        finally:
            self.flat[section] = np.concatenate(parts) if parts else np.empty(0, np.int64)

    def _integers(self, section: str, block: Block) -> IntArray:
        """Parse all numbers of a block."""
        values = np.empty(block.n_values, np.int64)
        position, count, status = parse.parse_integers(block.data, block.start, block.stop, values)
        if status == parse.OK and count < block.n_values:
            status = parse.BAD_NUMBER
        if status != parse.OK:
            raise status_error(status, section, block.byte_offset + position - block.start)
        return values

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
                # Each invalid byte may become a replacement character of three bytes.
                text = _grown(text, text_end, text_end + 3 * unread)
                offsets = _grown(offsets, n_strings + 1, n_strings + unread // 2 + 2)
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
                    raise EndOfInput
        finally:
            self.strings = pa.LargeStringArray.from_buffers(
                n_strings,
                pa.py_buffer(offsets[: n_strings + 1].copy()),
                pa.py_buffer(text[:text_end]),
            )


def _is_blank(text: ByteArray) -> bool:
    return not text.tobytes().strip(WHITE_SPACE)


def _grown(array: AnyArray, used: int, needed: int) -> AnyArray:
    """Return an array with room for more; pages that nobody writes take no memory."""
    if needed <= len(array):
        return array
    larger = np.empty(max(needed, len(array) + len(array) // 2), array.dtype)
    larger[:used] = array[:used]
    return larger
