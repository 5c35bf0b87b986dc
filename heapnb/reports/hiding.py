"""Secrets of a heap in texts that were made of it: also parts of them, which tell nothing alone.

What a text shows of a rope, of a slice or of a value in somebody else's preview is masked text by
text, which finds what is a secret by its looks. This last search knows all of the heap's secrets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from heapnb.drawing.layout import TEXT_OF_SVG
from heapnb.secrets import Finding, merged
from heapnb.views.masking import without

if TYPE_CHECKING:
    from heapnb.redaction.known import KnownSecrets

_SVG: Final = re.compile(r"\s*<svg\b")


def hide_secrets(data: Any, known: KnownSecrets) -> Any:
    """Mask what a heap's secrets have left in texts, also in part or encoded.

    Parameters
    ----------
    data : object
        Plain data, some levels deep; of drawings only what is read as text is looked at.
    known : KnownSecrets
        The secrets.

    Returns
    -------
    object
        The same data with other texts.
    """
    texts = list(dict.fromkeys(_texts(data)))
    places: dict[str, list[Finding]] = {}
    for index, word in known.copies_in(pa.array(texts, pa.large_string())):
        places.setdefault(texts[index], []).append(word)
    hidden = {text: without(text, merged(words)) for text, words in places.items()}
    return _changed(data, lambda text: hidden.get(text, text)) if hidden else data


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from TEXT_OF_SVG.findall(value) if _SVG.match(value) else [value]
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        if _SVG.match(value):
            return TEXT_OF_SVG.sub(lambda match: change(match[0]), value)
        return change(value)
    if isinstance(value, dict):
        return {key: _changed(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_changed(each, change) for each in value]
    return value
