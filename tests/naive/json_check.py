"""Whether a text is JSON, by Python's own parser."""

from __future__ import annotations

import json


def is_json(text: bytes) -> bool:
    """Tell whether a text is one JSON value; without NaN."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(text.decode("latin-1"), parse_constant=refuse)
    except (ValueError, RecursionError):
        return False
    return True
