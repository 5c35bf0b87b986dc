"""Files that are taken for heap snapshots."""

from __future__ import annotations

from typing import Final

HEAD: Final = 300
"""Bytes that tell what a file is."""

HEAP_PROFILE_HINT: Final = (
    "`heapnb heapprofile FILE` or hn.read_heap_profile reads it; beside snapshots, give it to"
    " `heapnb diagnose … --heap-profile FILE`."
)


def is_heap_profile(head: bytes) -> bool:
    """Tell a sampling heap profile by its beginning.

    Parameters
    ----------
    head : bytes
        At least `HEAD` bytes of the file, or all of it.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_heap_profile(b'{"head":{"callFrame":{"functionName":"(root)"')
    True
    >>> is_heap_profile(b'{"snapshot":{"meta":')
    False
    """
    start = head[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"{") and b'"head"' in start and b'"callFrame"' in start


__all__ = ["HEAD", "HEAP_PROFILE_HINT", "is_heap_profile"]
