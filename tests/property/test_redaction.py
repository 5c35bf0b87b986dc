"""However a secret is cut into the parts of ropes, nothing that tells of it is left."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import heapnb as hn
from heapnb.format import RawSnapshot, read_snapshot
from heapnb.redaction import Mode
from heapnb.testing import SnapshotBuilder

SECRET = "ghp_" + "Zx7Qm2Lp9Wc4Vb8Nk1Rt6Yh3Jd5Sf0Ga2Ui1"
MODES: list[Mode] = ["secrets", "strings", "shape"]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("redacted")
    return folder / "out.heapsnapshot"


def redacted(builder: SnapshotBuilder, path: Path, mode: Mode) -> RawSnapshot:
    hn.redact(builder.to_bytes(), path, mode=mode, force=True)
    return read_snapshot(path)


@given(
    cuts=st.sets(st.integers(1, len(SECRET) + 11), max_size=12),
    leans_left=st.booleans(),
    mode=st.sampled_from(MODES),
)
def test_cut_secrets(cuts: set[int], leans_left: bool, mode: Mode, path: Path) -> None:
    text = f"token={SECRET} again"
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    parts = [text[a:b] for a, b in pairwise(places)]
    builder = SnapshotBuilder.from_edges("root>r0")
    for i, part in enumerate(parts):
        builder.node(f"p{i}", type="string", name=part)
    whole = "p0" if leans_left else f"p{len(parts) - 1}"
    rest = range(1, len(parts)) if leans_left else range(len(parts) - 2, -1, -1)
    for i in rest:
        both = (whole, f"p{i}") if leans_left else (f"p{i}", whole)
        whole = f"r{i}-"
        builder.node(whole, type="concatenated string", name="(concatenated string)")
        builder.edge(whole, both[0], "first", type="internal")
        builder.edge(whole, both[1], "second", type="internal")
    builder.edge("r0", whole, "line")
    raw = redacted(builder, path, mode)
    joined = "".join(
        str(raw.strings[int(raw.node_name[builder.ordinal(f"p{i}")])]) for i in range(len(parts))
    )
    assert len(joined) == len(text)
    # Less than three characters in a row are as good as nothing, and may be a token's.
    for start in range(len(SECRET) - 3):
        assert SECRET[start : start + 4] not in joined[6 : 6 + len(SECRET)]
    # Equal texts are hidden alike: a part of the secret may be as short as one of another word.
    is_secret = [6 <= place < 6 + len(SECRET) for place in places[:-1]]
    hidden = {part for part, secret in zip(parts, is_secret, strict=True) if secret}
    shown = {part for part, secret in zip(parts, is_secret, strict=True) if not secret}
    if mode == "secrets" and not hidden & shown:
        assert joined[:6] == "token="
        assert joined[-6:] == " again"


@given(
    texts=st.lists(st.text(max_size=12), min_size=1, max_size=8),
    mode=st.sampled_from(MODES),
)
def test_any_text_keeps_its_length_and_what_it_equals(
    texts: list[str], mode: Mode, path: Path
) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    builder = SnapshotBuilder()
    for i, text in enumerate([*texts, *texts]):
        builder.node(f"s{i}", type="string", name=text).edge("root", f"s{i}", text or "x")
    before = builder.raw()
    after = redacted(builder, path, mode)
    names = [[str(raw.strings[int(name)]) for name in raw.node_name[1:]] for raw in (before, after)]
    lengths = [[len(name.encode("utf-16-le")) for name in some] for some in names]
    assert lengths[0] == lengths[1]
    assert names[1][: len(texts)] == names[1][len(texts) :]
    assert np.array_equal(before.edge_to, after.edge_to)
