"""A sliding window over a stream of bytes, which reads the next block ahead."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from heapnb._typing import ByteArray, ProgressCallback
from heapnb.errors import SnapshotFormatError
from heapnb.format.source import OpenSource
from heapnb.kernels import parse

WHITE_SPACE = b" \t\r\n"

_HEADROOM = 1 << 16
"""Bytes reserved before a block for the unconsumed rest of the previous block."""


class Window:
    """The part of the input that is in memory; the next block is read ahead.

    ``data[position:stop]`` is unconsumed; ``data[0]`` is byte ``base`` of the input.

    Parameters
    ----------
    source : OpenSource
        The input; `close` closes it.
    block_bytes : int
        Bytes read at a time.
    progress : callable or None
        Called with ("Reading", bytes done, total bytes) after each block.
    salvage : bool, optional
        Whether the input ends where its compressed data is damaged, which `damage` then says, or
        where NUL bytes begin.
    """

    def __init__(
        self,
        source: OpenSource,
        block_bytes: int,
        progress: ProgressCallback | None,
        *,
        salvage: bool = False,
    ) -> None:
        self.source = source
        self.data: ByteArray = np.empty(0, np.uint8)
        self.base = 0
        self.position = 0
        self.stop = 0
        self.block_bytes = block_bytes
        self.damage: SnapshotFormatError | None = None
        self._salvage = salvage
        self._at_nul = False
        self._progress = progress
        self._ahead = ThreadPoolExecutor(1, "heapnb-read")
        self._next: Future[tuple[ByteArray, int]] | None = self._ahead.submit(self._read)

    def close(self) -> None:
        """Stop reading ahead and close the input."""
        self._ahead.shutdown(cancel_futures=True)
        self.source.close()

    @property
    def offset(self) -> int:
        """Byte offset of the next unconsumed byte."""
        return self.base + self.position

    @property
    def remaining(self) -> int | None:
        """Bytes up to the end of the input; None if its size is unknown."""
        size = self.source.info.size_bytes
        return max(size - self.offset, 0) if size else None

    def _read(self) -> tuple[ByteArray, int]:
        data = np.empty(_HEADROOM + self.block_bytes, np.uint8)
        if self._at_nul:
            return data, 0
        got = self.source.read_into(data.data[_HEADROOM:])
        if self._salvage:
            # A disk that lost its power has reserved the rest of the file, but not written it.
            end = data[_HEADROOM : _HEADROOM + got].tobytes().find(b"\0")
            self._at_nul = end >= 0
            got = end if end >= 0 else got
        return data, got

    def more(self) -> bool:
        """Append what follows to the unconsumed data; return False at the end of the input.

        That is the next block, or as much as the unconsumed data. Scanning all of it after each
        call takes linear time then.
        """
        block = self._next_block()
        if block is None:
            return False
        data, got = block
        rest = self.data[self.position : self.stop]
        if len(rest) <= _HEADROOM:
            start = _HEADROOM - len(rest)
            data[start:_HEADROOM] = rest
        else:
            parts = [rest, data[_HEADROOM : _HEADROOM + got]]
            while got < len(rest) and (block := self._next_block()) is not None:
                parts.append(block[0][_HEADROOM : _HEADROOM + block[1]])
                got += block[1]
            data = np.concatenate(parts)
            start = 0
        self.base += self.position - start
        self.data = data
        self.position = start
        self.stop = start + len(rest) + got
        if self._progress is not None:
            size = self.source.info.size_bytes
            self._progress("Reading", self.base + self.stop, size)
        return True

    def _next_block(self) -> tuple[ByteArray, int] | None:
        """Return the block that was read ahead, and read the next one; None at the end."""
        if self._next is None:
            return None
        try:
            data, got = self._next.result()
        except SnapshotFormatError as error:
            if not self._salvage:
                raise
            self.damage = error
            got = 0
        if got == 0:
            self._next = None
            return None
        self._next = self._ahead.submit(self._read)
        return data, got

    def peek(self) -> int:
        """Return the next byte that is not white space, -1 at the end of the input."""
        while True:
            self.skip_blanks()
            if self.position < self.stop:
                return int(self.data[self.position])
            if not self.more():
                return -1

    def skip_blanks(self) -> None:
        """Consume white space, as far as it is in memory."""
        self.position = parse.skip_blanks(self.data, self.position, self.stop)
