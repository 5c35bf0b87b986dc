"""Many texts at once give the findings and names that single texts give."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heapnb.secrets import find_secrets, is_secret_name
from heapnb.sifting import secret_names, sift
from tests.secretsbench.corpus import PARTS, corpus

_MANY = 200
_PIECES = st.one_of(
    st.sampled_from(
        (
            *("private", "PRIVATE", "Key", "KEY", "key", "api", "Api", "pass", "Pass", "pat", "gh"),
            *(
                "session",
                "sess",
                "id",
                "ID",
                "пароль",
                "密码",
                "İ",
                "seed",
                "phrase",
                "code",
                "sms",
            ),
            *(
                "mot",
                "de",
                "passe",
                "secret",
                "Type",
                "public",
                "token",
                "db",
                "pw",
                "DSN",
                "PUBLIC",
            ),
        )
    ),
    st.text(max_size=2),
)
_BETWEEN = st.sampled_from(
    ("", "_", "-", " ", ".", " $", "\x0b", "\x1c", "\xa0", "[", "__", ")(", "@")
)


@st.composite
def names(draw: st.DrawFn) -> str:
    """Draw a name of some words with separators of any kind."""
    return "".join(
        draw(_PIECES) + draw(_BETWEEN) for _ in range(draw(st.integers(min_value=1, max_value=5)))
    )


@given(st.lists(names(), min_size=1, max_size=30))
@example(["PRIVATE $KEY-IAQA K--"])
@example(["sessions\x1cID", "githubPat", "X_PAT"])
def test_names_in_bulk_are_names_alone(drawn: list[str]) -> None:
    together = secret_names(pa.array(drawn, pa.large_string())).tolist()
    assert together == [is_secret_name(one) for one in drawn]


@pytest.mark.parametrize("part", PARTS)
def test_texts_in_bulk_are_texts_alone(part: str) -> None:
    entries = corpus(part)
    texts = [one.text for one in entries]
    texts += [f"{one.name}={one.text}" for one in entries if one.name]
    texts += [f'{{"{one.name}": "{one.text}"}}' for one in entries if one.name]
    assert len(texts) > _MANY
    found = {index: findings for index, _, findings in sift(pa.array(texts, pa.large_string()))}
    for index, text in enumerate(texts):
        assert found.get(index, []) == find_secrets(text), text


@given(
    st.lists(
        names().flatmap(
            lambda name: st.builds(
                "{}{}{}".format,
                st.just(name),
                st.sampled_from(("=", ": ", " is ", " ")),
                st.sampled_from(("hunter22x", "'x1y2z3w4'", "q7xKfw20zPvbJ9hd")),
            )
        ),
        min_size=1,
        max_size=8,
    )
)
def test_assignments_in_bulk_are_assignments_alone(drawn: list[str]) -> None:
    texts = drawn * (_MANY // len(drawn) + 1)
    found = {index: findings for index, _, findings in sift(pa.array(texts, pa.large_string()))}
    for index, text in enumerate(drawn):
        assert found.get(index, []) == find_secrets(text), text
