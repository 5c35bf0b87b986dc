"""Rules that find likely secrets and personal data in a text, for all of heapnb.

Reports, widgets and notebooks mask what these rules find, and `heapnb.redact` replaces it. The
rules for keys of well-known providers are those of detect-secrets. Our own rules add what a heap
needs: the whole secret rather than its beginning, headers, cookies, assignments, personal
data, and secrets inside encoded texts.

Each family of rules has a *seed*: a regular expression that both Python and Arrow support, and that
matches each text with such a secret. Arrow filters millions of texts by their seeds, and Python
searches only the texts that match.
"""

# Above 500 lines because rules, their seeds and the order in which they apply change together.

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

JSON_WEB_TOKEN: Final = "json-web-token"  # noqa: S105  a kind of secret, as the next ones
API_KEY: Final = "api-key"
PRIVATE_KEY: Final = "private-key"
URL_PASSWORD: Final = "url-password"  # noqa: S105
PASSWORD: Final = "password"  # noqa: S105
AUTHORIZATION: Final = "authorization"
COOKIE: Final = "cookie"
EMAIL_ADDRESS: Final = "email-address"
CARD_NUMBER: Final = "card-number"
ENVIRONMENT: Final = "environment-variable"
RANDOM: Final = "random-text"

MOST_NESTED: Final = 3
"""Maximum depth of nested encodings to decode."""


class Finding(NamedTuple):
    """A secret in a text: ``text[start:stop]``."""

    start: int
    stop: int
    kind: str


@dataclass(frozen=True)
class Family:
    """A family of rules.

    Parameters
    ----------
    seed : str
        A regular expression in the syntax that RE2 and Python share. In a text that does not match
        it, the rules find nothing.
    find : callable
        Yields the findings in a text.
    """

    seed: str
    find: Callable[[str], Iterable[Finding]]


# -- tokens with a shape of their own --------------------------------------------------------

# Detectors of the library, the group of each expression that is the secret, and what each match
# contains. Excluded: detectors with many false findings in a heap (entropy, host addresses,
# Artifactory's passwords), detectors with quadratic time in a hostile text (npm, OpenAI), and those
# that need a word before the secret, because `_PROVIDERS` and `_ASSIGNMENT` cover them.
_LIBRARY: Final = (
    ("artifactory", "ArtifactoryDetector", 1, "AKC[a-zA-Z0-9]{10}"),
    ("aws", "AWSKeyDetector", 1, "A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA"),
    ("azure_storage_key", "AzureStorageKeyDetector", 1, "AccountKey="),
    ("discord", "DiscordBotTokenDetector", 1, r"[\w-]\.[\w-]{6}\.[\w-]{27}"),
    ("github_token", "GitHubTokenDetector", 1, "gh[pousr]_"),
    ("gitlab_token", "GitLabTokenDetector", 7, r"gl[a-z]{2,6}-|GR1348941"),
    ("mailchimp", "MailchimpDetector", 1, r"[0-9a-z]-us[0-9]"),
    ("pypi_token", "PypiTokenDetector", 2, "pypi-Ag"),
    ("sendgrid", "SendGridDetector", 1, r"SG\.[\w-]"),
    ("slack", "SlackDetector", 2, r"(?i:xox[a-z]-)|hooks\.slack\.com"),
    ("square_oauth", "SquareOAuthDetector", 1, "sq0csp-"),
    ("stripe", "StripeDetector", 1, "k_live_"),
    ("telegram_token", "TelegramBotTokenDetector", 1, r"\d{8}:[\w-]{35}"),
    ("twilio", "TwilioKeyDetector", 2, r"(?:AC|SK)[a-z0-9]{32}"),
)

_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]{4,}(?:\.[\w-]*){0,3}|…|={0,2}\Z)")
_PEM = re.compile(
    r"(?:-----)?BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY[\s\S]*?(?:-----END[ ][A-Z0-9 ]+-----|\Z)"
    r"|PuTTY-User-Key-File-[\s\S]*"
)
_PROVIDERS = re.compile(
    r"""
    (?<![\w-])(?:
        (?:sk|pk|rk|whsec)[_-](?=[A-Za-z_-]*[0-9])[\w-]{16,}   # payment and AI providers
      | (?:gh[pousr]_|github_pat_|glpat-|npm_|pypi-|hf_|dop_v1_|shp(?:at|ca|pa|ss)_)[\w-]{16,}
      | xox[abceoprs]-[\w-]{10,} | xapp-[\w-]{10,}             # chat
      | (?:AKIA|ASIA)[0-9A-Z]{12,}                             # clouds
      | AIza[\w-]{20,} | ya29\.[\w.-]{20,} | GOCSPX-[\w-]{20,}
    )
    """,
    re.VERBOSE,
)
# A key that a snapshot or a view has truncated is shorter than a complete key.
_CUT = re.compile(
    r"""
    (?<![\w-])(?:
        eyJ[\w.-]{3,1100}+ | (?:AKIA|ASIA)[0-9A-Z]* | AIza[\w-]* | xox[abceoprs]-[\w-]*
      | (?:gh[pousr]_|github_pat_|glpat-|npm_|[spr]k_(?:live|test)_|whsec_)[\w-]*
    )(?=…|\Z)
    """,
    re.VERBOSE,
)
_SHORTEST_CUT: Final = 1000
_TOKEN_REST = re.compile(r"[\w-]{0,500}")

_OWN_SEED: Final = (
    r"eyJ|PRIVATE KEY|PuTTY-User-Key|[spr]k[_-]|whsec[_-]|gh[pousr]_|github_pat_|glpat-|npm_|pypi-"
    r"|hf_|dop_v1_|shp[a-z]{2}_|xox[a-z]-|xapp-|AKIA|ASIA|AIza|ya29\.|GOCSPX-"
)
_TOKEN_SEED: Final = "|".join([_OWN_SEED, *(seed for _, _, _, seed in _LIBRARY)])


@cache
def _library_rules() -> tuple[re.Pattern[str], ...]:
    """Return the library's expressions; importing it is delayed until the first search."""
    rules = []
    for module, name, n_rules, _ in _LIBRARY:
        detector = getattr(import_module(f"detect_secrets.plugins.{module}"), name)
        rules += list(detector.denylist)[:n_rules]
    return tuple(rules)


def _find_tokens(text: str) -> Iterator[Finding]:
    for match in _JWT.finditer(text):
        yield Finding(*match.span(), JSON_WEB_TOKEN)
    for match in _PEM.finditer(text):
        yield Finding(*match.span(), PRIVATE_KEY)
    for match in _PROVIDERS.finditer(text):
        yield Finding(*match.span(), API_KEY)
    if len(text) >= _SHORTEST_CUT or "…" in text:
        for match in _CUT.finditer(text):
            yield Finding(*match.span(), API_KEY)
    for rule in _library_rules():
        for match in rule.finditer(text):
            rest = _TOKEN_REST.match(text, match.end())
            yield Finding(match.start(), rest.end() if rest else match.end(), API_KEY)


# -- what a machine made up ------------------------------------------------------------------

_MIN_DIGIT_RUNS: Final = 3
_HEX = re.compile(r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{32,}(?![0-9a-zA-Z])|[0-9a-fA-F]{12,}…)")
_RANDOM = re.compile(r"(?<![\w+/-])(?:[\w+-]{12,}…|[\w+-]{32,}={0,2}(?![\w+/-]))")
_RANDOM_SEED: Final = r"[\w+-]{32}|[\w+-]{12}…"
_DIGITS = re.compile(r"\d+")


def _find_random(text: str) -> Iterator[Finding]:
    for match in _HEX.finditer(text):
        yield Finding(*match.span(), RANDOM)
    for match in _RANDOM.finditer(text):
        if looks_random(match[0]):
            yield Finding(*match.span(), RANDOM)


def looks_random(word: str) -> bool:
    """Return whether a word looks generated by a machine rather than written by a person.

    Examples
    --------
    >>> looks_random("Ab3Cd4Ef5Gh6Ij7"), looks_random("ordersControllerV2_2026")
    (True, False)
    """
    has_both_cases = word != word.lower() and word != word.upper()
    return has_both_cases and len(_DIGITS.findall(word)) >= _MIN_DIGIT_RUNS


# -- what is called a secret -----------------------------------------------------------------

_WORDS: Final = (
    r"passw(?:or)?d|passphrase|passcode|pwd|secret|token|jwt|credential|cookie|session[_-]?id"
    r"|authorization|contrase(?:ñ|n)a"
    r"|(?:api|auth|access|account|service|client|db|database|private|priv|signing|encryption)"
    r"[_-]?key|(?:db|database|key)[_-]?pass"
)
_LONGEST_WORD: Final = 20
_SCHEME = re.compile(
    r"\b(?:Bearer|Basic|Digest|Negotiate)(?:\s|\+){1,4}([\w.~+/=-]{8,})", re.IGNORECASE
)
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,20}://([^\s/@\"'<>]{1,500})@", re.IGNORECASE)
_COOKIE_HEADER = re.compile(
    r"\b(?:set-)?cookie[\"']?\s{0,4}:\s{0,4}[\"']?([^\r\n\"']{3,})", re.IGNORECASE
)
_ASSIGNMENT = re.compile(
    rf"""
    (?:{_WORDS})s?
    [\w-]{{0,20}}
    \\?["']?\s{{0,4}}(?:=>|:=|[=:])\s{{0,4}}
    (?:\\?"(?P<double>[^"\\]{{1,}})|'(?P<single>[^'\\]{{1,}})|`(?P<back>[^`$]{{1,}})`
      |(?P<bare>[^\s"'`&;,{{}}()\[\]\\<>]{{3,}}))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_VARIABLE = re.compile(
    r"\b[A-Z][A-Z0-9_]*(?:KEY|TOKEN|SECRET|PASS|PASSWD|PASSWORD|PWD|CREDENTIALS?|AUTH|DSN)"
    r"(?:_[A-Z0-9]+)?=[\"']?([^\s\"'&;]{3,})"
)
_SIGNATURE = re.compile(
    r"[?&](?:X-Amz-(?:Signature|Credential|Security-Token)|sig|signature)=([^&\s\"']{8,})",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?:true|false|null|undefined|none|string|number|boolean|any|unknown|object|function|class"
    r"|new|await|async|this|require|typeof|void)|=.*"
)
_EXPRESSION = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")
_NAMED_SEED: Final = (
    rf"(?i:(?:{_WORDS})s?[\w-]{{0,20}}\\?[\"']?\s{{0,4}}(?:=|:)|\b(?:bearer|basic|digest|negotiate)[\s+]"
    r"|://[^\s/@\"'<>]+@|[?&](?:x-amz-|sig))|[A-Z]=[^\s]|[A-Z0-9]=[^\s]"
)


def _find_named(text: str) -> Iterator[Finding]:
    for match in _URL.finditer(text):
        # User and password separately, because each may occur elsewhere on its own.
        start, stop = match.span(1)
        colon = text.find(":", start, stop)
        if colon > 0:
            yield Finding(start, colon, URL_PASSWORD)
            start = colon + 1
        yield Finding(start, stop, URL_PASSWORD)
    for match in _SCHEME.finditer(text):
        word = match[1]
        # The next word may be an ordinary one, such as "authentication".
        if not word.isalpha() or word[1:] != word[1:].lower() or len(word) > _LONGEST_WORD:
            yield Finding(*match.span(1), AUTHORIZATION)
    for match in _COOKIE_HEADER.finditer(text):
        yield Finding(*match.span(1), COOKIE)
    for pattern in (_VARIABLE, _SIGNATURE):
        for match in pattern.finditer(text):
            yield Finding(*match.span(1), ENVIRONMENT if pattern is _VARIABLE else API_KEY)
    for match in _ASSIGNMENT.finditer(text):
        group = match.lastgroup or "bare"
        start, stop = match.span(group)
        if group != "bare" or not _is_code(text, match):
            yield Finding(start, stop, PASSWORD)


def _is_code(text: str, match: re.Match[str]) -> bool:
    """Return whether an assigned value is code, such as ``token = next.token``, not a password."""
    word = match["bare"]
    if _CODE.fullmatch(word):
        return True
    if not _EXPRESSION.fullmatch(word):
        return False
    start, stop = match.span("bare")
    is_member = "." in word and text[start - 1] == " "
    return is_member or text[stop : stop + 1] in {"(", "["}


# -- personal data ---------------------------------------------------------------------------

_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9][\w-]{0,62}(?:\.[\w-]{1,63}){0,6}\.[a-z]{2,24}\b",
    re.IGNORECASE,
)
_ADDRESS_SEED: Final = r"[\w.+-]@[a-zA-Z0-9][\w.-]*\.[a-zA-Z]{2}"
_CARD = re.compile(
    r"(?<![\w.-])(?:[3-6]\d{13,18}|[3-6]\d{3}(?:[ -]\d{4}){3}|3\d{3}[ -]\d{6}[ -]\d{4,5})"
    r"(?![\w.-]?\d)"
)
_CARD_SEED: Final = r"[3-6]\d{3}[ -]?\d{4}[ -]?\d{2}"
_ISSUERS = re.compile(
    r"4(?:\d{15}|\d{18})$|5[1-5]\d{14}$|2[2-7]\d{14}$|3[47]\d{13}$|6(?:011|5\d\d)\d{12}$|35\d{14}$"
    r"|3(?:0[0-5]|[68]\d)\d{11}$|62\d{14,17}$|(?:50|5[6-9]|6[37])\d{14}$"
)


def _find_personal(text: str) -> Iterator[Finding]:
    credentials = [match.span(1) for match in _URL.finditer(text)]
    for match in _ADDRESS.finditer(text):
        # A password in a URL also precedes an @ and the name of a host.
        if not any(start < match.end() and match.start() < stop for start, stop in credentials):
            yield Finding(*match.span(), EMAIL_ADDRESS)
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _ISSUERS.match(digits) and _passes_luhn(digits):
            yield Finding(*match.span(), CARD_NUMBER)


def _passes_luhn(digits: str) -> bool:
    """Return whether the check digit of a card number is right (Luhn's algorithm)."""
    numbers = [int(digit) for digit in reversed(digits)]
    doubled = [sum(divmod(2 * number, 10)) for number in numbers[1::2]]
    return (sum(numbers[::2]) + sum(doubled)) % 10 == 0


PLAIN_FAMILIES: Final = (
    Family(_TOKEN_SEED, _find_tokens),
    Family(_RANDOM_SEED, _find_random),
    Family(_NAMED_SEED, _find_named),
    Family(f"{_ADDRESS_SEED}|{_CARD_SEED}", _find_personal),
)
"""Rules for texts that are not encoded."""

# -- encoded texts -----------------------------------------------------------------------------

_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|\\x[0-9a-fA-F]{2}|\\[\"'\\/bfnrt]")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_SLASH = re.compile("/")
_HEX_TEXT = re.compile(r"(?<![0-9a-fA-F])(?:[2-7][0-9a-fA-F]){8,}(?![0-9a-fA-F])")
_LETTER_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _find_encoded(text: str, nested: int) -> Iterator[Finding]:
    """Find secrets in percent-encoded, escaped, base64 and hexadecimal parts of a text."""
    if "%" in text and _PERCENT.search(text):
        yield from _find_rewritten(text, _PERCENT, _percent_decoded, nested)
    if "\\" in text and _ESCAPES.search(text):
        yield from _find_rewritten(text, _ESCAPES, _unescaped, nested)
    for match in _BASE64.finditer(text):
        for decoded in _base64_decoded(match[0]):
            if any(_find_all(decoded, nested - 1)):
                yield Finding(*match.span(), _first_kind(decoded, nested - 1))
                break
    for match in _HEX_TEXT.finditer(text):
        decoded = bytes.fromhex(match[0]).decode("latin-1")
        if decoded.isprintable() and any(_find_all(decoded, nested - 1)):
            yield Finding(*match.span(), _first_kind(decoded, nested - 1))


def _first_kind(text: str, nested: int) -> str:
    return next(iter(_find_all(text, nested))).kind


def _find_rewritten(
    text: str, pattern: re.Pattern[str], rewrite: Callable[[str], str], nested: int
) -> Iterator[Finding]:
    """Find secrets in a decoded text, and return their positions in the original text."""
    pieces: list[str] = []
    # For each decoded character, the start and the end of its original.
    begins: list[int] = []
    ends: list[int] = []
    done = 0

    def copy(stop: int) -> None:
        pieces.append(text[done:stop])
        begins.extend(range(done, stop))
        ends.extend(range(done + 1, stop + 1))

    for match in pattern.finditer(text):
        copy(match.start())
        plain = rewrite(match[0])
        pieces.append(plain)
        begins.extend([match.start()] * len(plain))
        ends.extend([match.end()] * len(plain))
        done = match.end()
    copy(len(text))
    for start, stop, kind in _find_all("".join(pieces), nested - 1):
        yield Finding(begins[start], ends[stop - 1], kind)


def _percent_decoded(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "replace")


def _unescaped(text: str) -> str:
    if text[1] == "u":
        units = bytes.fromhex(text.replace("\\u", ""))
        return units.decode("utf-16-be", "replace")
    if text[1] == "x":
        return bytes.fromhex(text[2:]).decode("latin-1")
    return _LETTER_ESCAPES.get(text[1], text[1])


def _base64_decoded(word: str) -> Iterator[str]:
    """Decode base64 if the result is text; also without a prefix that is not part of it."""
    digits = word.rstrip("=").replace("-", "+").replace("_", "/")
    # After a path or another word without a blank, base64 starts after one of the slashes.
    starts = [0, *(match.start() + 1 for match in _SLASH.finditer(digits, 0, 200))]
    for start in starts[:4]:
        if not _ASCII_IN_BASE64.match(digits, start):
            continue
        part = digits[start:]
        if len(part) % 4 == 1:
            part = part[:-1]
        try:
            decoded = base64.b64decode(part + "=" * (-len(part) % 4))
        except (ValueError, binascii.Error):
            continue
        if decoded.isascii() and len(decoded) >= 8 and _is_text(decoded):  # noqa: PLR2004
            yield decoded.decode()


# Two groups of four digits that stand for six bytes below 128: their highest bits are 0. Most words
# are no base64, and decoding them to find that out takes longer.
_ASCII_IN_BASE64: Final = re.compile(
    r"(?:[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/]){2}"
)
_PRINTABLE: Final = bytes(range(32, 127)) + b"\t\n\r"


def _is_text(data: bytes) -> bool:
    return not data.translate(None, _PRINTABLE)


ENCODED_SEED: Final = (
    r"%[0-9a-fA-F]{2}|\\[\"'\\/bfnrtux]|[A-Za-z0-9+/_-]{16}|(?:[2-7][0-9a-fA-F]){8}"
)
"""Matches each text that may contain an encoded text."""


def _find_all(text: str, nested: int) -> Iterator[Finding]:
    for seed, family in _compiled_families():
        if seed.search(text):
            yield from family.find(text)
    if nested > 0:
        yield from _find_encoded(text, nested)


@cache
def _compiled_families() -> tuple[tuple[re.Pattern[str], Family], ...]:
    return tuple((re.compile(family.seed), family) for family in PLAIN_FAMILIES)


def find_secrets(text: str) -> list[Finding]:
    """Find likely secrets and personal data; return findings in order, without overlaps.

    Examples
    --------
    >>> find_secrets("https://shop.example/?token=abc123")
    [Finding(start=28, stop=34, kind='password')]
    >>> find_secrets("CachedSearch in lib/searchCache.js:6:14")
    []
    """
    return merged(_find_all(text, MOST_NESTED))


def find_secrets_of(text: str, families: Iterable[int], *, encoded: bool) -> list[Finding]:
    """Return the result of `find_secrets` for a text whose matching seeds are known.

    Parameters
    ----------
    text : str
        Any text.
    families : iterable of int
        Indices into `PLAIN_FAMILIES` of the seeds that match.
    encoded : bool
        Whether `ENCODED_SEED` matches.
    """
    found = [finding for i in families for finding in PLAIN_FAMILIES[i].find(text)]
    if encoded:
        found += _find_encoded(text, MOST_NESTED)
    return merged(found) if found else []


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings and join those that overlap; the kind of the first wins.

    Examples
    --------
    >>> merged([Finding(2, 6, "b"), Finding(0, 4, "a"), Finding(8, 9, "c")])
    [Finding(start=0, stop=6, kind='a'), Finding(start=8, stop=9, kind='c')]
    """
    result: list[Finding] = []
    for finding in sorted(findings, key=lambda one: (one.start, -one.stop)):
        if finding.start >= finding.stop:
            continue
        if result and finding.start < result[-1].stop:
            last = result[-1]
            result[-1] = Finding(last.start, max(last.stop, finding.stop), last.kind)
        else:
            result.append(finding)
    return result


# -- names ---------------------------------------------------------------------------------------

_NAME_SEED = re.compile(
    rf"(?:{_WORDS}|\bsid\b|connect\.sid|\bauth\b|\botp\b|\bpin\b|\bssn\b|\bcvv2?\b|\bcvc\b|bearer"
    r"|cardnumber|connection[_-]?string)s?(?P<rest>[\w-]*)$",
    re.IGNORECASE,
)
_OF_NO_SECRET = re.compile(
    r"[_-]?(?:type|name|field|length|count|policy|rules?|hint|label|placeholder|expir\w*|url|uri"
    r"|path|format|pattern|regexp?|schema|options?|enabled|disabled|required|visible|is\w*|class\w*"
    r"|id|ids|kind|index|parser|jar|domain|provider|factory|store|service|manager|error|ttl|age"
    r"|size|limit|min|max|mode|status|state|prefix|suffix|(?:iz|is)er\w*|ize\w*|ly|ive)$",
    re.IGNORECASE,
)
_LONGEST_NAME: Final = 80
# Not secrets: Node's error codes and header names; the working directory of a shell; paths.
_NO_NAME = re.compile(r"(?:ERR_|HTTP2_)|(?:OLD)?PWD$|.*[/\\]|.*\bPUBLIC_", re.DOTALL)
_CONSTANT_NAME = re.compile(r"[A-Z][A-Z0-9_]*_(?:KEY|PASS|TOKEN|SECRET|AUTH|DSN|CREDENTIALS?)")
NAME_SEED: Final = (
    rf"_KEY|_PASS|_DSN|_CREDENTIAL|(?i:{_WORDS}|sid|auth|otp|pin|ssn|cvv|cvc|bearer|card.?number"
    r"|connection.?string)"
)
"""Matches each name that may be the name of a secret."""


def is_secret_name(name: str) -> bool:
    """Return whether a name is likely the name of a secret.

    Names are those of properties, variables, headers, keys of Maps, and environment variables.

    Examples
    --------
    >>> [is_secret_name(name) for name in ("userPassword", "x-api-key", "tokenType", "tokenizer")]
    [True, True, False, False]
    """
    if len(name) > _LONGEST_NAME or _NO_NAME.match(name):
        return False
    if _CONSTANT_NAME.fullmatch(name):
        return True
    match = _NAME_SEED.search(name)
    return match is not None and not _OF_NO_SECRET.match(match["rest"])


def kind_of_name(name: str) -> str:
    """Return the kind of secret for a name."""
    lower = name.lower()
    if "cookie" in lower or lower.endswith("sid"):
        return COOKIE
    if "authorization" in lower or "bearer" in lower:
        return AUTHORIZATION
    if "key" in lower or "token" in lower or "jwt" in lower:
        return API_KEY
    return PASSWORD


ENVIRONMENT_NAMES: Final = (
    *("PATH", "HOME", "USER", "PWD", "SHELL", "LANG", "TERM", "HOSTNAME", "LOGNAME", "SHLVL"),
    *("NODE_ENV", "NODE_VERSION", "TMPDIR", "OLDPWD", "LC_ALL", "EDITOR", "MAIL"),
    *("PATHEXT", "SystemRoot", "USERPROFILE", "APPDATA", "ComSpec"),
)
"""Names of environment variables: an object with several of them is an environment."""

PUBLIC_VALUES: Final = (
    *("true", "false", "yes", "no", "on", "off", "none", "null", "undefined", "default"),
    *("production", "development", "test", "staging", "local", "debug", "info"),
)
"""Common values that are never secret."""
