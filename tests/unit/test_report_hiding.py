from __future__ import annotations

import base64

from heapnb.redaction.known import known_secrets
from heapnb.reports.hiding import hide_secrets
from heapnb.testing import SnapshotBuilder
from heapnb.views.masking import MASK

PASSWORD = "pT9xK2mVw7Zq4LrB"
KNOWN = known_secrets(
    SnapshotBuilder.from_edges("root.config>config config.password>text")
    .node("text", type="string", name=PASSWORD)
    .graph()
)


def test_what_secrets_leave_in_other_texts_is_masked() -> None:
    encoded = base64.b64encode(PASSWORD.encode()).decode()
    data = {"whole": PASSWORD, "rows": [["half", 7, f"is {PASSWORD[:9]} and"]], "in": (encoded,)}
    hidden = hide_secrets(data, KNOWN)
    assert hidden == {"whole": MASK, "rows": [["half", 7, f"is {MASK} and"]], "in": [MASK]}


def test_drawings_stay_drawings() -> None:
    svg = f'<svg class="{PASSWORD}"><text>a</text><text>{PASSWORD}</text></svg>'
    hidden = hide_secrets({"svg": svg}, KNOWN)
    assert hidden == {"svg": f'<svg class="{PASSWORD}"><text>a</text><text>{MASK}</text></svg>'}


def test_other_texts_stay_as_they_are() -> None:
    data = {"texts": ["password", "pT9xK2m", None, 1.5, True]}
    assert hide_secrets(data, KNOWN) == data
