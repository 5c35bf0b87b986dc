"""Find the strings of a snapshot to replace, and build the new string table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.format.arrow import to_numpy
from heapnb.graph.edges import children_of
from heapnb.redaction.copies import Copies
from heapnb.redaction.own_names import Renamer, own_names, with_hidden_attributes
from heapnb.redaction.roles import ENGINE_TEXTS, NAMES, Role
from heapnb.redaction.ropes import Ropes, pieces
from heapnb.redaction.structures import character_arrays
from heapnb.redaction.values import Values, secret_values
from heapnb.secrets import (
    ENVIRONMENT,
    PASSWORD,
    Finding,
    find_secrets,
    merged,
    tells_nothing,
)
from heapnb.sifting import sift

if TYPE_CHECKING:
    from heapnb._typing import AnyArray, BoolArray, IntArray, NodeArray
    from heapnb.graph import HeapGraph
    from heapnb.redaction.tokens import Tokens

Mode = Literal["secrets", "strings", "shape"]

_SHORTEST_VALUE: Final = 3
_SHORTEST_VARIABLE: Final = 4
_MOST_SLICES: Final = 20
_LONGEST_ROPE: Final = 10_000
_STRINGS_AT_ONCE: Final = 1 << 16
_SCHEME: Final = re.compile(r"(?:Bearer|Basic|Digest|Negotiate|Token)\s*", re.IGNORECASE)
_TEXT_ROLES: Final = Role.TEXT | Role.PATTERN

Findings = dict[int, list[Finding]]
"""Findings by string index."""


@dataclass
class Found:
    """The secrets of a string table.

    Parameters
    ----------
    everywhere : dict of int to list of Finding
        Secrets in strings of any role.
    in_texts : dict of int to list of Finding
        More secrets in strings that are texts: secret because of the name that refers to them, or
        as part of a rope.
    secrets : set of (str, str)
        Complete secrets and their kinds; see `heapnb.redaction.copies.Copies`.
    variables : set of str
        Values of environments, of which copies are not replaced: many are ordinary words.
    copies : Copies
        Finds copies of ``secrets``.
    """

    everywhere: Findings = field(default_factory=lambda: defaultdict(list))
    in_texts: Findings = field(default_factory=lambda: defaultdict(list))
    secrets: set[tuple[str, str]] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    copies: Copies = field(default_factory=lambda: Copies(()))

    def of_texts(self, index: int) -> list[Finding]:
        """Return all secrets in the text of a string."""
        return merged([*self.everywhere.get(index, ()), *self.in_texts.get(index, ())])


def find(graph: HeapGraph, roles: AnyArray, *, personal: bool = False) -> Found:
    """Find the secrets of a heap, whose strings have the given `heapnb.redaction.roles`."""
    found = Found()
    secrets = found.secrets
    for index, text, findings in sift(graph.strings, personal=personal):
        found.everywhere[index] = findings
        secrets.update((text[start:stop], kind) for start, stop, kind in findings)
    ropes = Ropes(graph)
    values = secret_values(graph, roles, personal=personal)
    for index, kind, is_followed in _called_secret(graph, ropes, roles, values, found):
        text = graph.string(index)
        found.in_texts[index].append(Finding(0, len(text), kind))
        if is_followed:
            secrets.add((text, kind))
        elif kind == ENVIRONMENT:
            found.variables.add(text)
    for index, finding in _in_ropes(graph, ropes, secrets, personal=personal):
        found.in_texts[index].append(finding)
    _find_characters(graph, values, found, personal=personal)
    found.copies = Copies(secrets)
    for index, piece, word in found.copies.in_strings(graph.strings):
        # A complete secret keeps the token that it has in other strings.
        known = found.everywhere[index]
        if not any(one.start <= piece.start and piece.stop <= one.stop for one in known):
            known.append(word)
    for index, findings in found.everywhere.items():
        found.everywhere[index] = merged(findings)
    return found


def _find_characters(graph: HeapGraph, values: Values, found: Found, *, personal: bool) -> None:
    """Find secrets in arrays of characters; each of its characters is replaced."""
    arrays = list(character_arrays(graph))
    if not arrays:
        return
    folders = set(values.folder.tolist())
    secret = {
        row: [Finding(0, len(one.text), PASSWORD)]
        for row, one in enumerate(arrays)
        if one.node in folders
    }
    texts = pa.array([one.text for one in arrays], pa.large_string())
    for row, _, findings in sift(texts, personal=personal):
        secret.setdefault(row, findings)
    for row, findings in secret.items():
        for start, stop, kind in findings:
            found.secrets.add((arrays[row].text[start:stop], kind))
            for index in set(arrays[row].strings[start:stop]):
                if _tells(graph.string(index)) and index not in found.in_texts:
                    found.in_texts[index].append(Finding(0, len(graph.string(index)), kind))


def _in_ropes(
    graph: HeapGraph, ropes: Ropes, secrets: set[tuple[str, str]], *, personal: bool
) -> Iterator[tuple[int, Finding]]:
    """Add the secrets of ropes; yield what of them is in each string, once."""
    n_strings = len(graph.strings)
    # Stands for a missing part: see `Ropes.whole`.
    length = np.append(to_numpy(pc.utf8_length(graph.strings)), 1)
    seen: set[tuple[int, int, int, str]] = set()
    for some in ropes.whole():
        lengths = length[some.part]
        for row, text, findings in sift(some.text, personal=personal):
            parts = slice(some.first_part[row], some.first_part[row + 1])
            strings, sizes = some.part[parts].tolist(), lengths[parts].tolist()
            for start, stop, kind in findings:
                secrets.add((text[start:stop], kind))
                place = start
                for i, low, high in pieces(sizes, start, stop):
                    part = text[place : place + high - low]
                    place += high - low
                    one = (strings[i], low, high, kind)
                    if strings[i] < n_strings and one not in seen:
                        seen.add(one)
                        if _tells(part):
                            yield strings[i], Finding(low, high, kind)


def _called_secret(
    graph: HeapGraph, ropes: Ropes, roles: AnyArray, values: Values, found: Found
) -> Iterator[tuple[int, str, bool]]:
    """Yield strings that are secret because of a name: index, kind, whether to find copies."""
    node = _texts_of_slices(graph, values.node)
    is_rope = graph.node_type[node] == graph.node_type_index("concatenated string")
    rope, part = ropes.parts_of(node[is_rope])
    rope_kind = np.flatnonzero(is_rope)[rope]
    found.secrets.update(_texts_of_ropes(graph, rope, part, [values.kind[i] for i in rope_kind]))
    string_type = graph.node_type_index("string")
    seen = set()
    for nodes, kinds, whole in (
        (node[~is_rope], np.flatnonzero(~is_rope), True),
        (part, rope_kind, False),
    ):
        for one, row in zip(nodes.tolist(), kinds.tolist(), strict=True):
            if graph.node_type[one] != string_type:
                continue
            index = int(graph.node_name[one])
            kind = values.kind[row]
            if (index, kind) in seen:
                continue
            seen.add((index, kind))
            text = graph.string(index)
            if not (_is_worth_hiding(text, kind) if whole else _tells(text)):
                continue
            is_name = bool(roles[index] & int(NAMES))
            yield index, kind, whole and not is_name and kind != ENVIRONMENT


def _texts_of_ropes(
    graph: HeapGraph, rope: IntArray, part: IntArray, kinds: list[str]
) -> Iterator[tuple[str, str]]:
    """Yield the joined texts of secret ropes, as far as the file has their parts, and the kinds."""
    is_string_node = graph.node_type[part] == graph.node_type_index("string")
    texts: dict[int, list[str]] = {}
    for row, node, is_known in zip(
        rope.tolist(), part.tolist(), is_string_node.tolist(), strict=True
    ):
        texts.setdefault(row, []).append(graph.name(node) if is_known else "\n")
    kind_of = dict(zip(rope.tolist(), kinds, strict=True))
    for row, pieces_of_one in texts.items():
        text = "".join(pieces_of_one)
        if _is_worth_hiding(text, kind_of[row]) and len(text) <= _LONGEST_ROPE:
            yield text, kind_of[row]


def _tells(part: str) -> bool:
    """Return whether a part of a secret rope may be a secret itself."""
    return any(one.isalnum() for one in part) and not _SCHEME.fullmatch(part)


def _is_worth_hiding(text: str, kind: str) -> bool:
    least = _SHORTEST_VARIABLE if kind == ENVIRONMENT else _SHORTEST_VALUE
    return len(text) >= least and not tells_nothing(text)


def _texts_of_slices(graph: HeapGraph, node: IntArray) -> IntArray:
    """Replace slices by their parent strings, because the file lacks the start of a slice."""
    node = node.copy()
    slice_type = graph.node_type_index("sliced string")
    for _ in range(_MOST_SLICES):
        slices = np.flatnonzero(graph.node_type[node] == slice_type)
        parents = children_of(graph, node[slices], ["parent"])
        slices, parents = slices[parents >= 0], parents[parents >= 0]
        if not len(slices):
            break
        node[slices] = parents
    return node


@dataclass(frozen=True)
class Replacement:
    """A new string table, and the names of nodes that refer to it.

    Parameters
    ----------
    strings : pyarrow.LargeStringArray
        The old entries with replacements, then additional entries.
    node_name : uint32[n_nodes]
        String indices.
    n_changed : int
        Number of entries that were replaced or got an additional entry.
    """

    strings: pa.LargeStringArray
    node_name: NodeArray
    n_changed: int


def replace_strings(
    graph: HeapGraph, roles: AnyArray, found: Found, tokens: Tokens, mode: Mode
) -> Replacement:
    """Build the string table of the redacted snapshot.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    roles : uint16[n_strings]
        See `heapnb.redaction.roles`.
    found : Found
        The secrets.
    tokens : Tokens
        Makes the replacements.
    mode : str
        ``"secrets"``, ``"strings"`` or ``"shape"``.

    Returns
    -------
    Replacement

    Notes
    -----
    Texts and names share entries: the string ``Object`` may be a class, a property and a password.
    A secret that is recognised by its shape is replaced in all roles. A secret that is recognised
    by its name, and in the other modes any text, is replaced in texts only: if the same entry is
    also a name, the texts get a new entry at the end of the table.
    """
    in_place: dict[int, str] = {}
    beside: dict[int, str] = {}
    renamer = None
    if mode == "shape":
        own = pa.array(np.flatnonzero(own_names(graph, roles)))
        renamer = Renamer(set(graph.strings.take(own).to_pylist()), tokens.of_name)
    for index, text in _touched(graph, found, roles, mode):
        role = Role(int(roles[index]))
        name = _new_name(text, role, found.everywhere.get(index, ()), tokens, mode, renamer)
        new_text = _new_text(text, role, found.of_texts(index), tokens, mode, name)
        if role & NAMES:
            if name != text:
                in_place[index] = name
            if role & _TEXT_ROLES and new_text != name:
                beside[index] = new_text
        elif new_text != text:
            in_place[index] = new_text
    return _apply(graph, in_place, beside)


def _touched(
    graph: HeapGraph, found: Found, roles: AnyArray, mode: Mode
) -> Iterator[tuple[int, str]]:
    """Yield the strings that may change, with their indices."""
    may_change = np.full(len(roles), mode == "shape")
    may_change[[*found.everywhere, *found.in_texts]] = True
    if mode == "strings":
        may_change |= (roles & int(NAMES)) == 0
        may_change |= (roles & int(Role.NATIVE)) != 0
    rows = np.flatnonzero(may_change)
    for start in range(0, len(rows), _STRINGS_AT_ONCE):
        some = rows[start : start + _STRINGS_AT_ONCE]
        texts = graph.strings.take(pa.array(some)).to_pylist()
        yield from zip(some.tolist(), texts, strict=True)


def _new_name(
    text: str,
    role: Role,
    findings: Iterable[Finding],
    tokens: Tokens,
    mode: Mode,
    renamer: Renamer | None,
) -> str:
    if renamer is not None and role & NAMES:
        name = renamer.name(text, role)
        if name != text:
            return name
    elif mode == "strings" and role & Role.NATIVE and text.startswith("<"):
        text = with_hidden_attributes(text, tokens.of_text)
        findings = find_secrets(text) if findings else ()
    return with_tokens(text, findings, tokens)


def _new_text(
    text: str, role: Role, findings: list[Finding], tokens: Tokens, mode: Mode, name: str
) -> str:
    is_own = role & NAMES and name == text and not findings
    if mode == "secrets" or is_own or text in ENGINE_TEXTS or (mode == "strings" and role & NAMES):
        return with_tokens(text, findings, tokens)
    return tokens.of_text(text)


def with_tokens(text: str, findings: Iterable[Finding], tokens: Tokens) -> str:
    """Replace ordered findings without overlaps in a text by tokens of equal length."""
    parts = []
    done = 0
    for start, stop, _ in findings:
        parts += [text[done:start], tokens.of_text(text[start:stop])]
        done = stop
    return "".join([*parts, text[done:]]) if parts else text


def _apply(graph: HeapGraph, in_place: dict[int, str], beside: dict[int, str]) -> Replacement:
    strings = graph.strings
    n_strings = len(strings)
    source = np.arange(n_strings + len(beside))
    if in_place:
        source[list(in_place)] = n_strings + np.arange(len(in_place))
    source[n_strings:] = n_strings + len(in_place) + np.arange(len(beside))
    new = pa.array([*in_place.values(), *beside.values()], pa.large_string())
    table = pa.concat_arrays([strings, new]).take(pa.array(source))
    node_name = graph.node_name
    if beside:
        moved = np.arange(n_strings, dtype=np.uint32)
        moved[list(beside)] = n_strings + np.arange(len(beside))
        node_name = node_name.copy()
        is_text = text_nodes(graph)
        node_name[is_text] = moved[node_name[is_text]]
    return Replacement(table, node_name, len({*in_place, *beside}))


def text_nodes(graph: HeapGraph) -> BoolArray:
    """Mark the nodes whose names are texts: strings and regular expressions."""
    types = [graph.node_type_index(one) for one in (*vocab.STRING_TYPES, "regexp")]
    is_text: BoolArray = np.isin(graph.node_type, types)
    return is_text
