"""Readers under test: their inputs, their structure, and what must hold for every input."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from heapnb.errors import HeapnbError
from tests.fuzz.mutation import Mutator, Structure, packed_forms

MODULES: Final = (
    "fuzz_snapshots",
    "fuzz_profiles",
    "fuzz_logs",
    "fuzz_memory",
    "fuzz_side_files",
    "fuzz_sources",
    "fuzz_catalogues",
    "fuzz_secrets",
    "fuzz_cache",
)
"""Modules of this folder; each has a tuple ``READERS``."""

FOLDER_VARIABLE: Final = "HEAPNB_FUZZ_FOLDER"
"""Names the folder for inputs that must be files; `workers` sets it."""

PACKED: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""How gzip and zstd begin."""

_is_every_one: ContextVar[bool] = ContextVar("is_every_one", default=False)


@dataclass(frozen=True)
class Reader:
    """Something that reads untrusted input.

    Parameters
    ----------
    name : str
        Used by the command, the journal and the corpus.
    inputs : callable
        Returns small valid inputs.
    read : callable
        Reads an input; raises what the reader documents for one that it cannot read.
    check : callable
        Reads an input, and compares answers that must agree. Exceptions that the reader documents
        are answers; any other exception is a finding.
    structure : Structure
        What the inputs consist of.
    words : tuple of bytes
        Tokens that mean something to the reader.
    is_packed : bool
        Whether the reader unpacks gzip and zstd.
    """

    name: str
    inputs: Callable[[], Iterable[bytes]]
    read: Callable[[bytes], object]
    check: Callable[[bytes], None]
    structure: Structure = Structure.JSON
    words: tuple[bytes, ...] = ()
    is_packed: bool = field(default=False, kw_only=True)

    @cached_property
    def mutator(self) -> Mutator:
        """Makes the reader's damaged inputs."""
        return Mutator(tuple(self.inputs()), self.structure, self.words, self.is_packed)


def readers() -> dict[str, Reader]:
    """Return all readers by name."""
    found = (
        reader for module in MODULES for reader in import_module(f"tests.fuzz.{module}").READERS
    )
    return {reader.name: reader for reader in found}


# -- what checks use ------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusal:
    """The answer of a reader that documents an exception for this input."""

    kind: str
    message: str = field(compare=False)


def answer(
    read: Callable[[], Any], documented: tuple[type[Exception], ...] = (HeapnbError,)
) -> Any:
    """Return what a reader returns, or its `Refusal`."""
    try:
        return read()
    except documented as error:
        text = str(error)
        assert text, "an error without a message"
        assert len(text) < 3_000, "an error that nobody reads to its end"
        return Refusal(type(error).__name__, text)


def some(data: bytes, share: int) -> bool:
    """Choose one input of ``share``, always the same ones: for checks that take long."""
    return _is_every_one.get() or zlib.crc32(data) % share == 0


@contextmanager
def every_check() -> Iterator[None]:
    """Let `some` choose each input while the block runs: what is imported late is imported here."""
    token = _is_every_one.set(True)
    try:
        yield
    finally:
        _is_every_one.reset(token)


def unpacked_answers_agree(
    data: bytes, read: Callable[[bytes], Any], is_equal: Callable[[Any, Any], bool], first: Any
) -> None:
    """Check that an input has the same answer from gzip and from zstd as it is."""
    if data.startswith(PACKED):
        return
    for packed in packed_forms(data):
        other = answer(lambda packed=packed: read(packed))  # type: ignore[misc]
        if isinstance(first, Refusal) or isinstance(other, Refusal):
            assert isinstance(first, Refusal) == isinstance(other, Refusal), (first, other)
        else:
            assert is_equal(first, other), "packed input has another answer"


def as_file(data: bytes, name: str) -> Path:
    """Write an input to a file of this process, for readers of files."""
    folder = Path(os.environ[FOLDER_VARIABLE]) / str(os.getpid())
    path = folder / name
    try:
        path.write_bytes(data)
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return path


def same_table(first: Any, second: Any) -> bool:
    """Whether two DataFrames are equal, dtypes and missing values included."""
    return bool(first.equals(second)) and list(first.columns) == list(second.columns)
