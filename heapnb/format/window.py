"""A sliding window over a stream of bytes, which reads the next block ahead."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from heapnb._typing import ByteArray, ProgressCallback
from heapnb.format.source import OpenSource

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
    """

    def __init__(
        self, source: OpenSource, block_bytes: int, progress: ProgressCallback | None
    ) -> None:
        self.source = source
        self.data: ByteArray = np.empty(0, np.uint8)
        self.base = 0
        self.position = 0
        self.stop = 0
        self.block_bytes = block_bytes
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
        return data, self.source.read_into(data.data[_HEADROOM:])

    def more(self) -> bool:
        """Append the next block to the unconsumed data; return False at the end of the input."""
        if self._next is None:
            return False
        data, got = self._next.result()
        if got == 0:
            self._next = None
            return False
        self._next = self._ahead.submit(self._read)
        rest = self.data[self.position : self.stop]
        if len(rest) <= _HEADROOM:
            start = _HEADROOM - len(rest)
            data[start:_HEADROOM] = rest
        else:
            data = np.concatenate([rest, data[_HEADROOM : _HEADROOM + got]])
            start = 0
        self.base += self.position - start
        self.data = data
        self.position = start
        self.stop = start + len(rest) + got
        if self._progress is not None:
            size = self.source.info.size_bytes
            self._progress("Reading", self.base + self.stop, size)
        return True

    def peek(self) -> int:
        """Return the next byte that is not white space, -1 at the end of the input."""
        while True:
            while self.position < self.stop:
                byte = int(self.data[self.position])
                if byte not in WHITE_SPACE:
                    return byte
                self.position += 1
            if not self.more():
                return -1
