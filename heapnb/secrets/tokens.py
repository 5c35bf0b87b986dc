"""Tokens with a shape of their own, and long words that a machine made up."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from heapnb.secrets.chance import is_made_up
from heapnb.secrets.encoded import base64_decoded
from heapnb.secrets.findings import API_KEY, JSON_WEB_TOKEN, PRIVATE_KEY, RANDOM, Finding
from heapnb.secrets.patterns import Pattern

# An encrypted token has an empty second part.
_JWT: Final = Pattern(r"(?<![\w-])eyJ[\w-]{8,}(?:\.(?:[\w-]{4,})?(?:\.[\w-]*){0,3}|…|={0,2}\Z)")
_PEM: Final = Pattern(
    r"(?:-----)?BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY[\s\S]*?(?:-----END[ ][A-Z0-9 ]+-----|\Z)"
    r"|PuTTY-User-Key-File-[\s\S]*"
)
_WEB_KEY: Final = Pattern(
    r"""\\*["'](?:d|k|p|q|dp|dq|qi)\\*["']\s{0,4}:\s{0,4}\\*["']([\w-]{16,})"""
)
# A key that a snapshot or a view has truncated is shorter than a complete key.
_CUT: Final = Pattern(
    r"""
    (?<![\w-])(?:
        eyJ[\w.-]{3,1100}+ | (?:AKIA|ASIA)[0-9A-Z]* | AIza[\w-]* | xox[abceoprs]-[\w-]*
      | (?:gh[pousr]_|github_pat_|glpat-|npm_|[spr]k_(?:live|test)_|whsec_)[\w-]*
    )(?=…|\Z)
    """,
    re.VERBOSE,
)
_SHORTEST_CUT: Final = 1000
_REST: Final = Pattern(r"[\w-]{0,500}={0,2}")
_MORE: Final = Pattern(r"[.+/~]([\w-]{8,500})={0,2}")
_DIGIT: Final = Pattern(r"\d")
_WEB_KEY_MARK: Final = "kty"


@cache
def _rules() -> list[dict[str, Any]]:
    text = files("heapnb.secrets").joinpath("tokens.toml").read_text("utf-8")
    rules: list[dict[str, Any]] = tomllib.loads(text)["token"]
    return rules


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], bool, bool], ...]:
    return tuple(
        (
            re.compile(rf"(?<![A-Za-z0-9])(?:{rule['shape']})"),
            bool(rule.get("needs_digit")),
            bool(rule.get("made_up")),
        )
        for rule in _rules()
    )


@cache
def _marks() -> tuple[tuple[str, int], ...]:
    """Return the marks of all rules with the numbers of the rules."""
    return tuple((mark, i) for i, rule in enumerate(_rules()) for mark in rule["marks"])


# -- beginnings ----------------------------------------------------------------------------------

_SHORTEST_BODY: Final = 16
_UNKNOWN: Final = Pattern(
    r"(?<![A-Za-z0-9_])(?P<name>(?:[a-z](?:_?[a-z0-9]){0,30}|[A-Z](?:_?[A-Z0-9]){0,30})_)(?P<body>[A-Za-z0-9-][\w-]{27,})"
)


@cache
def _listed() -> dict[str, dict[str, list[str]]]:
    text = files("heapnb.secrets").joinpath("prefixes.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _beginnings() -> tuple[str, ...]:
    every = {one for some in _listed()["beginnings"].values() for one in some}
    return tuple(sorted(every, key=lambda one: (one[0], -len(one), one)))


@cache
def _known() -> re.Pattern[str]:
    """Return a regular expression of all beginnings and what is behind them."""
    # Grouped by the first character, of which the engine tries each only once.
    by_first: dict[str, list[str]] = {}
    for one in _beginnings():
        by_first.setdefault(one[0], []).append(re.escape(one[1:]))
    heads = "|".join(
        f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in sorted(by_first.items())
    )
    return re.compile(
        rf"(?<![A-Za-z0-9_])(?<![A-Za-z0-9]-)(?:{heads})(?P<body>[\w.-]{{{_SHORTEST_BODY},}})"
    )


@cache
def _public() -> tuple[str, ...]:
    return tuple(one for some in _listed()["public"].values() for one in some)


def _is_body(body: str) -> bool:
    """Return whether what is behind a beginning is a key rather than the rest of a name."""
    if _DIGIT.search(body) is None:
        return is_made_up(body)
    return is_made_up(body) or len(_DIGITS.findall(body)) >= _MIN_DIGIT_RUNS


def _find_behind_beginnings(text: str) -> Iterator[Finding]:
    for match in _known().finditer(text):
        if _is_body(match["body"]) and not match[0].startswith(_public()):
            yield Finding(match.start(), _end(text, match.end()), API_KEY)
    for match in _UNKNOWN.finditer(text):
        body = match["body"]
        before = text[max(match.start() - _BEFORE, 0) : match.start()]
        is_public = match["name"].startswith(_public()) or _OF_PUBLIC.search(before)
        if is_made_up(body) and _DIGIT.search(body) and not is_public:
            yield Finding(match.start(), _end(text, match.end()), API_KEY)


def _end(text: str, stop: int) -> int:
    """Return where a token ends that has made up parts between dots, slashes and pluses."""
    while True:
        match = _MORE.match(text, stop)
        if match is None or not is_made_up(match[1]):
            rest = _REST.match(text, stop)
            return rest.end() if rest else stop
        stop = match.end()


@cache
def token_seed() -> str:
    """Return the seed of all tokens."""
    own = (
        rf"eyJ|PRIVATE KEY|PuTTY-User-Key|{_WEB_KEY_MARK}|[spr]k_(?:live|test)_|AIza|xox[a-z]-|npm_"
    )
    heads = "|".join(re.escape(one) for one in _beginnings())
    known = rf"(?:{heads})[\w.-]{{{_SHORTEST_BODY}}}"
    unknown = r"[A-Za-z0-9]_[\w-]{28}"
    return "|".join([own, known, unknown, *(rule["seed"] for rule in _rules())])


def find_tokens(text: str) -> Iterator[Finding]:
    """Find tokens that have a shape of their own."""
    if "eyJ" in text:
        for match in _JWT.finditer(text):
            is_public = text.endswith("pk.", 0, match.start()) or _is_plain_json(match[0])
            if not is_public:
                yield Finding(*match.span(), JSON_WEB_TOKEN)
    for match in _PEM.finditer(text) if "KEY" in text or "PuTTY" in text else ():
        yield Finding(*match.span(), PRIVATE_KEY)
    if _WEB_KEY_MARK in text:
        for match in _WEB_KEY.finditer(text):
            yield Finding(*match.span(1), PRIVATE_KEY)
    if len(text) >= _SHORTEST_CUT or "…" in text:
        for match in _CUT.finditer(text):
            yield Finding(*match.span(), API_KEY)
    if len(text) >= _SHORTEST_BODY:
        yield from _find_behind_beginnings(text)
    shapes = _shapes()
    for i in dict.fromkeys([i for mark, i in _marks() if mark in text]):
        shape, needs_digit, made_up = shapes[i]
        for match in shape.finditer(text):
            if needs_digit and not _DIGIT.search(match[0]):
                continue
            if made_up and not is_made_up(match[0]):
                continue
            start = match.start("value") if "value" in shape.groupindex else match.start()
            yield Finding(start, _end(text, match.end()), API_KEY)


_HEAD_MEMBERS: Final = ('"alg"', '"enc"', '"typ"', '"kid"')


def _is_plain_json(word: str) -> bool:
    """Return whether a word is a whole object in base64, which is not the head of a token."""
    if "." in word:
        return False
    return any(
        decoded.rstrip().endswith("}") and not any(one in decoded for one in _HEAD_MEMBERS)
        for decoded in base64_decoded(word)
    )


# Blocks and their base64 forms that are public: keys, certificates, parameters.
PUBLIC_PEM: Final = (
    r"-----BEGIN (?:[A-Z0-9]+ )*(?:PUBLIC KEY|(?:TRUSTED )?CERTIFICATE(?: REQUEST)?|X509 CRL"
    r"|(?:DH|EC|DSA|X9\.42 DH) PARAMETERS|PKCS7|CMS|SIGNATURE)(?: BLOCK)?-----[\s\S]*?"
    r"(?:-----END|\Z)"
    # `-----BEGIN CERT…`, `-----BEGIN PUBLIC K…`, `-----BEGIN DH PARAM…`, `-----BEGIN TRUST…`
    r"|(?<![\w+/])LS0tLS1CRUdJTi(?:BDRVJU|BQVUJMSUMgS|BESCBQQVJBT|BUUlVTV)[\w+/-]+={0,2}"
)


# -- what a machine made up ------------------------------------------------------------------

_MIN_DIGIT_RUNS: Final = 3
_SHORTEST_RANDOM: Final = 12
_UUID: Final = Pattern(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX: Final = Pattern(r"(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{32,}(?![0-9a-zA-Z])|[0-9a-fA-F]{12,}…)")
_RANDOM: Final = Pattern(r"(?<![\w+/-])(?:[\w+-]{12,}…|[\w+-]{32,}={0,2}(?![\w+/-]))")
_BASE64: Final = Pattern(r"(?<![\w+/=.-])[A-Za-z0-9+/]{40,}={0,2}(?![\w+/])")
RANDOM_SEED: Final = r"[\w+-]{32}|[A-Za-z0-9+/]{40}|[\w+-]{12}…|(?:[a-z]{3,8}\s){11}[a-z]{3}"
_DIGITS: Final = Pattern(r"\d+")
# Also behind two letters that tell the kind of an object
_HEX_PARTS: Final = Pattern(
    r"(?:[A-Z]{2})?(?:[0-9a-f]+(?:[_-][0-9a-f]*)*|[0-9A-F]+(?:[_-][0-9A-F]*)*)"
)
_GIT_REVISION: Final = 40
_FEWEST_DIGITS: Final = 6
# What every program knows: the digests of nothing.
_OF_NOTHING: Final = frozenset(
    getattr(hashlib, name)(usedforsecurity=False).hexdigest()
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b")
)
# Words that say what a digest is of, such as `md5 of dist.zip:` or `SHA-256 (app.tgz) =`.
_SAID_DIGEST: Final = Pattern(
    r"\b(?:md[245]|sha-?\d{0,3}(?:[-/_]\d{3})?|blake\w{1,4}|b2|b3|crc-?\d*|xxh\w*|ripemd-?\d*|checksum|digest"
    r"|fingerprint|etag|integrity|content hash|file hash)(?:sums?)?\b(?![^\n]*(?:hmac|secret"
    r"|pass|key|token|sess"
    r"|sign|auth|user|login))[^\n\"'{}]{0,40}?[\s:=]\s{0,2}[\"'`]?\Z",
    re.IGNORECASE,
)
# The lines of `sha256sum`: a digest, two blanks, a file.
_OF_FILE: Final = Pattern(r"[ ][ *][\w./@+-]{1,200}\.\w{1,8}(?=\s|\Z)")
# Checksums, ids and media are public: what they are stands before them, a file's type behind them.
_OF_PUBLIC: Final = Pattern(
    r"(?:\bsha-?\d{1,3}[-:=_]|\bmd5[-:=_]|\bblake\w{1,4}[-:=_]|\bh1:"
    r"|(?:site-?|public[-_ ]?)key\\*[\"']?\s{0,2}[:=]\s{0,2}\\*[\"']?"
    r"|\b0x|W/\"[0-9a-f]{0,8}-"
    r"|/(?:commit|commits|tree|static|assets|build|blob|blobs|containers|layers|objects|revisions?)/"
    r"|[\"'](?:n|x|y|x5t(?:#S256)?|kid)[\"']\s{0,2}:\s{0,2}[\"']"
    r"|(?<![a-z])(?![\w-]*(?:sess|sid\b|secret|token|auth|key))[\w-]*(?:etag|integrity|checksum"
    r"|digest|fingerprint|revision|commit|sha|sha1|sha256|md5|md5sum|shasum|b3sum|hash|buildid|boundary|id|Id|ID)"
    r"\\*[\"']?\s{0,2}[:=]\s{0,2}\\*[\"']?(?:W/)?\\*[\"']?(?:\w+[-/])?)\Z",
    re.IGNORECASE,
)
_BEFORE: Final = 48
_FILE_TYPE: Final = Pattern(
    r"(?:\.bundle|\.chunk|\.min|\.module|\.async|\.esm|\.umd|\.cjs)?"
    r"\.(?:[mc]?[jt]sx?|css|map|png|jpe?g|gif|svg|webp|avif|woff2?|ttf|eot|otf|json|html?|wasm|ico"
    r"|mp[34]|webm|apps\.googleusercontent|scope|service|slice|mount|vue|less|scss|txt|pdf|gz|zst|br|tgz|node)\b"
)
# A trace of W3C; a key of a store; a word before a hyphen, such as the name of a container.
_SPAN: Final = Pattern(r"-[0-9a-f]{16}(?![0-9a-f])")
_SHARD: Final = Pattern(
    r"/[0-9a-f]{2}/\Z|/\d+c\d+/\Z|\b(?:docker|containerd|cri-o|crio|podman|oci|ipfs)://\Z"
)
_TRACE: Final = Pattern(r"[0-9a-f]{2}-\Z")
_IN_NAME: Final = Pattern(r"(?:[A-Za-z]-|[\w-]:|~)\Z")
_MEDIA: Final = Pattern(
    r"data:(?:image|font|audio|video|application/(?:font|json|x-font"
    r"|wasm|octet|javascript))[\w.+;=/-]{0,60};(?:charset=[\w-]{1,20};)?base64,[\w+/=-]*"
    r"|(?<![\w+/])(?:iVBORw0KGgo|/9j/4AAQ|R0lGOD(?:lh|dh)|UklGR|d09G[MR]"
    r"|AAEAAAA|PHN2Zy|Qk0|SUQz|T2dnUw|AAAAIGZ0eX|AGFzbQ|JVBERi0|UEsDB|H4sI)[\w+/-]{40,}={0,2}"
    r"|\bsha-?(?:1|256|384|512)[-=:]:?[A-Za-z0-9+/]{20,}={0,2}|W/\\*\"[\w+/-]{1,60}={0,2}\\*\""
    r"|\bSHA256:[A-Za-z0-9+/]{20,}|\b(?:ssh-[a-z0-9-]{1,20}|ecdsa-[\w-]{1,30}"
    r"|sk-ssh-[\w@.-]{1,40}) AAAA[\w+/]+={0,2}"
    rf"|{PUBLIC_PEM}"
)
# Twelve and more short lower-case words in a row and nothing else: a phrase of a wallet.
_PHRASE: Final = Pattern(r"(?<![\w'’-])[a-z]{3,8}(?:[ \t\n][a-z]{3,8}){11,23}(?![\w'’-]| [a-z])")
_LENGTHS_OF_PHRASES: Final = frozenset((12, 15, 18, 21, 24))
# None of them is a word of such a phrase (BIP 39), and sentences have some.
_IN_SENTENCES: Final = frozenset(
    [
        "and",
        "the",
        "for",
        "are",
        "was",
        "were",
        "but",
        "not",
        "has",
        "have",
        "had",
        "his",
        "her",
        "their",
        "its",
        "you",
        "your",
        "with",
        "from",
        "which",
        "been",
        "our",
        "who",
        "would",
        "there",
        "them",
        "than",
        "each",
        "other",
        "these",
        "those",
        "any",
        "could",
        "should",
        "did",
        "does",
        "being",
        "because",
        "were",
        "into",
        "see",
        "how",
        "here",
        "very",
        "were",
        "some",
        "more",
        "where",
        "upon",
        "also",
        "used",
        "uses",
        "may",
        "might",
        "must",
        "per",
        "via",
        "both",
        "such",
        "else",
        "name",
        "names",
        "value",
        "values",
        "file",
        "files",
        "path",
        "type",
        "types",
        "number",
        "numbers",
        "user",
        "users",
        "set",
        "get",
        "put",
        "run",
        "new",
        "old",
        "one's",
        "true",
        "false",
        "null",
    ]
)


def find_random(text: str) -> Iterator[Finding]:
    """Find long words that a machine made up, except checksums, names of files, and media."""
    media = [match.span() for match in _MEDIA.finditer(text)]
    for match in _HEX.finditer(text):
        if not _is_inside(match, media) and not _is_public(text, match):
            yield Finding(*match.span(), RANDOM)
    for match in _RANDOM.finditer(text):
        is_random = looks_random(match[0]) and not _is_plain_text(match[0])
        if is_random and not _is_inside(match, media):
            before = text[max(match.start() - _BEFORE, 0) : match.start()]
            is_public = (
                match[0].startswith(_public()) or before.endswith("pk.")
            ) or _OF_PUBLIC.search(before)
            if not (is_public or _FILE_TYPE.match(text, match.end())):
                yield Finding(*match.span(), RANDOM)
    for match in _BASE64.finditer(text):
        is_public = match[0].startswith(_public()) or _FILE_TYPE.match(text, match.end())
        before = text[max(match.start() - _BEFORE, 0) : match.start()]
        is_public = is_public or _OF_PUBLIC.search(before)
        is_random = _is_base64_of_chance(match[0]) and not _is_plain_text(match[0])
        if is_random and not (is_public or _is_inside(match, media)):
            yield Finding(*match.span(), RANDOM)
    for match in _PHRASE.finditer(text) if len(text) >= _SHORTEST_PHRASE else ():
        words = match[0].split()
        if len(words) in _LENGTHS_OF_PHRASES and _IN_SENTENCES.isdisjoint(words):
            yield Finding(*match.span(), RANDOM)


_SHORTEST_PHRASE: Final = 47


def _is_plain_text(word: str) -> bool:
    """Return whether a word is base64 of several words: what is in it is searched for itself."""
    return any(
        decoded.count(" ") >= _FEWEST_BLANKS or decoded.startswith(("{", "["))
        for decoded in base64_decoded(word)
    )


_FEWEST_BLANKS: Final = 2


def _is_base64_of_chance(word: str) -> bool:
    """Return whether a word with slashes is base64 rather than a path."""
    if word == word.lower() or len(_DIGITS.findall(word)) < _MIN_DIGIT_RUNS:
        return False
    parts = [part for part in word.rstrip("=").split("/") if len(part) >= 6]  # noqa: PLR2004
    return all(map(is_made_up, parts)) and is_made_up(word.replace("/", ""))


def _is_inside(match: re.Match[str], spans: list[tuple[int, int]]) -> bool:
    return any(start <= match.start() < stop for start, stop in spans)


def _is_public(text: str, match: re.Match[str]) -> bool:
    """Return whether a digest is that of a revision or of a file, or names something."""
    start, stop = match.span()
    if len(set(match[0])) < _FEWEST_DIGITS or match[0].lower() in _OF_NOTHING:
        return True
    if stop - start == _GIT_REVISION or _FILE_TYPE.match(text, stop):
        return True
    before = text[max(start - _BEFORE, 0) : start]
    behind = text[stop : stop + 1]
    if _SAID_DIGEST.search(before) or _OF_FILE.match(text, stop):
        return True
    # The rules of URLs decide about a user.
    is_user = behind == "@" and before.endswith("://")
    if is_user or _SPAN.match(text, stop) or _SHARD.search(before):
        return True
    if (behind == "/" and before.endswith("/")) or (behind == "-" and _TRACE.search(before)):
        return True
    if behind == ":" and _IN_NAME.search(before):
        return True
    if text == f'"{match[0]}"':
        # The whole text is an entity tag.
        return True
    return _OF_PUBLIC.search(before) is not None


def looks_random(word: str) -> bool:
    """Return whether a word looks generated by a machine rather than written by a person.

    Examples
    --------
    >>> looks_random("Ab3Cd4Ef5Gh6Ij7"), looks_random("ordersControllerV2_2026")
    (True, False)
    """
    if _UUID.search(word):
        # An id in a longer word names something: `fileset-` and a UUID.
        word = _UUID.sub("", word)
        if len(word) < _SHORTEST_RANDOM:
            return False
    if len(_DIGITS.findall(word)) < _MIN_DIGIT_RUNS or _HEX_PARTS.fullmatch(word):
        return False
    return (word != word.lower() and word != word.upper()) or is_made_up(word)
