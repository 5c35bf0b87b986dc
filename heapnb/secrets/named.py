"""Values in texts that are secret because of what stands before them.

Assignments and pairs in any notation, options of commands, elements of XML, lines of
configuration files, headers, cookies, users and passwords in URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from heapnb.secrets.findings import (
    API_KEY,
    AUTHORIZATION,
    COOKIE,
    ENVIRONMENT,
    PASSWORD,
    URL_PASSWORD,
    Finding,
)
from heapnb.secrets.names import (
    is_secret_name,
    name_marks,
    words_about,
    words_anywhere,
    words_whole,
)

_LONGEST_WORD: Final = 20
_NAME: Final = r"[^\s\"'`=:：<>,;(){}\[\]\\&?|/!+*]"
_QUOTE: Final = r"\\{0,8}[\"'`]"
_SEPARATOR: Final = r"(?:=>|:=|[=:：])"
_VALUE: Final = (
    r"(?:\\{0,8}\"(?P<double>[^\"\\]+)|\\{0,8}'(?P<single>[^'\\]+)|`(?P<back>[^`$]+)`"
    r"|(?P<bare>[^\s\"'`&;,{}()\[\]\\<>]{3,}))"
)

# -- assignments ---------------------------------------------------------------------------------

_ASSIGNMENT: Final = re.compile(
    rf"(?<!{_NAME[:-1]}])(?P<name>{_NAME}{{1,80}})(?:{_QUOTE}|\])?\s{{0,4}}{_SEPARATOR}\s{{0,"
    rf"4}}{_VALUE}"
)
# A password may have marks that end other values.
_WHOLE_BARE: Final = re.compile(r"[^\s\"'`&;,\\<>]+")
_CODE: Final = re.compile(
    r"(?:true|false|null|undefined|none|string|number|boolean|any|unknown|object|function|class"
    r"|new|await|async|this|require|typeof|void|return|case|throw|delete|yield)(?!\w)|=.*"
)
_EXPRESSION: Final = re.compile(r"!?[A-Za-z_$][\w$]*(?:[.?!]{1,2}[A-Za-z_$][\w$]*)*")
_OPERATOR: Final = re.compile(r"\|\||&&|\?\?|[?:]|===?|!==?")
_WORDS_ONLY: Final = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)+[.!?:…]?")
_STATUS: Final = re.compile(r"\d{3}[.,!]?")
_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")


def _is_prose(word: str) -> bool:
    """Return whether a word says something about a secret, such as ``required``."""
    return word.strip(".,;:!?()'\"").lower() in words_about()


def _is_code(text: str, start: int, stop: int) -> bool:
    """Return whether an assigned value is code, such as ``token = next.token``, not a password."""
    word = text[start:stop]
    if _CODE.match(word) or "${" in text[start : stop + 2]:
        return True
    match = _EXPRESSION.match(word)
    if match is None:
        return False
    if match.end() < len(word):
        return _OPERATOR.match(word, match.end()) is not None and "." in match[0]
    is_member = "." in word and text[start - 1 : start] == " " and not _DIGIT.search(word)
    return is_member or text[stop : stop + 1] in {"(", "["}


def _is_label(value: str) -> bool:
    """Return whether a quoted value is the label of a field, such as ``Enter your password``."""
    if _is_prose(value) or is_secret_name(value):
        return True
    if " " not in value or not _WORDS_ONLY.fullmatch(value):
        return False
    words = value.lower().split()
    return len(words) < 10 and (  # noqa: PLR2004  phrases of a wallet have twelve words
        any(_is_prose(word) for word in words) or any(is_secret_name(word) for word in words)
    )


def _find_assignments(text: str) -> Iterator[Finding]:
    for pattern in (_ASSIGNMENT, _spoken()):
        match = pattern.search(text)
        while match:
            group = next(one for one in ("double", "single", "back", "bare") if match[one])
            start, stop = match.span(group)
            if not is_secret_name(match["name"].strip()):
                # The value may begin with another name: `url: https://a.example/?token=x`.
                match = pattern.search(text, start if group == "bare" else max(start - 1, 1))
                continue
            if group != "bare":
                is_secret = not _is_label(match[group])
            else:
                is_secret = not (
                    _is_prose(match[group])
                    or _STATUS.fullmatch(match[group])
                    or _is_code(text, start, stop)
                )
            if is_secret:
                yield Finding(start, stop, PASSWORD)
            match = pattern.search(text, stop)


@cache
def _spoken() -> re.Pattern[str]:
    """Names of several words, such as ``mot de passe : x``."""
    return re.compile(
        rf"(?P<name>{words_anywhere()})s?(?:{_QUOTE})?\s{{0,4}}{_SEPARATOR}\s{{0,4}}{_VALUE}",
        re.IGNORECASE,
    )


# Sentences: `the password is x1y2`, `token {x1y2} rejected`, `requirepass x1y2`.
_VERB: Final = r"(?:is|are|was|ist|lautet|war|est|es|é|è|:|=|→|->)"
_TOLD: Final = re.compile(
    rf"(?<![\w.-])(?P<name>[\w.-]{{2,60}})[\"']?\s{{1,4}}(?:{_VERB}[\s:]{{1,4}}){{0,2}}[\"'({{\[<]{{0,4}}"
    r"(?P<value>(?=[^\s\"'(){}<>\[\],;]{0,200}\d)[^\s\"'(){}<>\[\],;]{4,})",
    re.IGNORECASE,
)


# Behind the name of a function in a call stack: `createSession (/app/session.js:17:21)`.
_PLACE: Final = re.compile(r"(?:\.\w{1,5}(?::\d+)?|(?::\d+))(?::\d+)$")


def _find_told(text: str) -> Iterator[Finding]:
    for match in _TOLD.finditer(text):
        value = match["value"].rstrip(".!?")
        if _PLACE.search(value):
            continue
        # A sentence about a password has other words there; a value has digits and letters.
        if _LETTER.search(value) and "=" not in value[:-2] and is_secret_name(match["name"]):
            yield Finding(*match.span("value"), PASSWORD)


# -- options of commands -----------------------------------------------------------------------

_OPTION: Final = re.compile(
    r"(?<![\w-])--?(?P<name>[A-Za-z][\w.-]{1,60})(?:=|\s{1,4})[\"']?(?P<value>[^\s\"',\]]{3,})"
)
_COMMANDS: Final = re.compile(
    r"\b(?:"
    r"(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|mongo|mongosh)\b[^\n"
    r"|;]{0,200}?\s-p(?P<glued>[^\s\"']{3,})"
    r"|(?:curl|http|https|xh|wget)\b[^\n|;]{0,200}?\s(?:-u|-a|--user"
    r"|--auth|--proxy-user)[\s=]{0,2}[\"']?[^\s:\"']{1,80}:(?P<basic>[^\s\"']{2,})"
    r"|sshpass\s+-p\s?[\"']?(?P<ssh>[^\s\"']{3,})"
    r"|(?:docker|podman|helm|oc|az|redis-cli|keytool|zip|7z|unzip|sqlcmd"
    r"|ldapsearch)\b[^\n|;]{0,200}?\s-(?:p|a|P|w|storepass)\s{1,2}[\"']?(?P<apart>[^\s\"':]{4"
    r",})"
    r"|openssl\b[^\n|;]{0,200}?\s(?:-k|-passin|-passout|-pass)\s{1,2}[\"']?(?:pass:)?(?P<open"
    r"ssl>[^\s\"']{3,})"
    r")"
)
_COMMAND_SEED: Final = (
    r"(?:mysql|maria|mongo|curl|http|xh|wget|sshpass|docker|podman|helm"
    r"|redis-cli|openssl|keytool|sqlcmd|ldapsearch|7z|zip|\boc|\baz)\w*\s"
)


def _find_options(text: str) -> Iterator[Finding]:
    for match in _OPTION.finditer(text):
        if is_secret_name(match["name"]) and not match["value"].startswith("-"):
            start, stop = match.span("value")
            if not _is_prose(match["value"]) and not _is_code(text, start, stop):
                yield Finding(start, stop, PASSWORD)
    for match in _COMMANDS.finditer(text):
        for group in ("glued", "basic", "ssh", "apart", "openssl"):
            if match[group]:
                yield Finding(*match.span(group), PASSWORD)


# -- pairs and elements ------------------------------------------------------------------------

_Q: Final = r"\\{0,8}[\"']"
_PAIRS: Final = (
    # Objects and elements with a name and a value
    re.compile(
        rf"\b(?:name|key|field|header|id|k|n)(?:{_Q})?\s{{0,4}}[:=]\s{{0,4}}{_Q}(?P<name>[^\""
        rf"'\\]{{2,80}}){_Q}"
        rf"[^<>{{}}\n]{{0,80}}?\b(?:value|val|v|content|data|text)(?:{_Q})?\s{{0,4}}[:=]\s{{0"
        rf",4}}{_Q}(?P<value>[^\"'\\]{{3,}})"
    ),
    # Fields of forms
    re.compile(
        r"\btype=[\"'](?P<name>password)[\"'][^<>]{0,200}?\bvalue=[\"'](?P<value>[^\"']{3,})"
    ),
    # Arrays of a name and a value
    re.compile(
        rf"{_Q}(?P<name>[^\"'\\]{{2,80}}){_Q}\s{{0,4}},\s{{0,4}}{_Q}(?P<value>[^\"'\\]{{3,}}){_Q}"
    ),
    # Elements with such a tag or name
    re.compile(
        r"<(?:\w{1,40}:)?(?P<name>[^\s<>/!?\"'=]{2,80})(?:\s[^<>]{0,200})?>(?P<value>[^<>]{3,})</"
    ),
    re.compile(
        r"<\w{1,40}\s[^<>]{0,100}?(?:name|key|id)=[\"'](?P<name>[^\"'<>]{2,80})[\"'][^<>]{0,1"
        r"00}>(?P<value>[^<>]{3,})</"
    ),
    # Lists in YAML
    re.compile(
        r"\bname:\s{0,4}[\"']?(?P<name>[\w.-]{2,80})[\"']?\s{0,8}\r?\n\s{0,40}value:\s{0,4}["
        r"\"']?(?P<value>[^\s\"']{3,})"
    ),
    # Forms of several parts
    re.compile(
        r"\bname=\\{0,8}[\"'](?P<name>[^\"'\\]{2,80})\\{0,8}[\"'](?:;[^\r\n]{0,200})?\r?\n(?:"
        r"[^\r\n]{1,200}\r?\n){0,4}\r?\n(?P<value>[^\r\n]{3,})"
    ),
    # Configuration files of one name and one value a line
    re.compile(
        r"(?m)^[ \t]{0,20}(?:set(?:[ \t]-\w{1,3})?[ \t]{1,4}|export[ \t]{1,4})?(?P<name>[A-Za"
        r"-z][\w.-]{2,60})[ \t]{1,8}(?P<value>[^\s;=:]{6,});?[ \t]{0,4}$"
    ),
    re.compile(
        r"\b(?:configure|config)\s{1,2}set\s{1,2}(?P<name>[\w.-]{2,60})\s{1,2}(?P<value>\S{3,})"
    ),
)
_LISTED: Final = 2
_LINE: Final = 7
_SHORTEST_LISTED: Final = 20


def _is_made_up(value: str) -> bool:
    """Return whether a value is probably not a name: long, or with digits or mixed case."""
    is_mixed = value[1:] != value[1:].lower() and value != value.upper()
    return is_mixed or len(value) >= _SHORTEST_LISTED or _DIGIT.search(value) is not None


def _find_pairs(text: str) -> Iterator[Finding]:
    for place, pattern in enumerate(_PAIRS):
        for match in pattern.finditer(text):
            name, value = match["name"], match["value"]
            if not is_secret_name(name) or _is_label(value.strip()) or "${" in value:
                continue
            # A list of names has other names behind them.
            if place in {_LISTED, _LINE} and not _is_made_up(value):
                continue
            yield Finding(*match.span("value"), PASSWORD)


_PASS_FILE: Final = re.compile(
    r"(?m)^[ \t]*[\w.*-]{1,200}:(?:\d{2,5}|\*):[\w*-]{1,80}:[\w.*@-]{1,80}:(?P<value>[^\s:]{4"
    r",}(?::[^\s:]+)*)[ \t]*$"
)
_NET_FILE: Final = re.compile(
    r"\b(?:machine|default|login)\b[^\n]{0,200}?\s+(?:login\s+\S{1,80}\s+)?password\s+(?P<val"
    r"ue>\S+)"
)


def _find_files(text: str) -> Iterator[Finding]:
    for pattern in (_PASS_FILE, _NET_FILE):
        for match in pattern.finditer(text):
            yield Finding(*match.span("value"), PASSWORD)


# -- headers, cookies, URLs --------------------------------------------------------------------

_SCHEME: Final = re.compile(
    r"\b(?P<scheme>Bearer|Basic|Digest|Negotiate|Token|ApiKey|SSWS)(?:\s"
    r"|\+){1,4}(?P<value>[\w.~+/=:-]{8,})",
    re.IGNORECASE,
)
_HEADER: Final = re.compile(
    r"\b(?:proxy-)?authorization\\{0,8}[\"']?\s{0,4}[:=]\s{0,4}\\{0,8}[\"']?(?P<value>(?:Dige"
    r"st|AWS4|Hawk|OAuth|Signature|Custom)[^\r\n]{8,})",
    re.IGNORECASE,
)
_COOKIE_HEADER: Final = re.compile(
    r"\b(?:set-)?cookie\\{0,8}[\"']?\s{0,4}:\s{0,4}\\{0,8}[\"']?([^\r\n\"'\\]{3,})", re.IGNORECASE
)
_IS_COOKIE: Final = re.compile(r"[\w.$%-]{1,80}=[^;]")
_URL: Final = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://(?P<who>[^\s\"'<>`]{1,500})@(?=[\w\[])", re.IGNORECASE
)
_WEB: Final = re.compile(
    r"(?:https?|wss?|file|git\+https?|git|node|webpack|chrome-extension|blob):", re.IGNORECASE
)
_PORT: Final = re.compile(r"[^:/@]*:\d{1,5}/")
_VARIABLE: Final = re.compile(
    r"\b[A-Z][A-Z0-9_]*(?:KEY|TOKEN|SECRET|PASS|PASSWD|PASSWORD|PWD|CREDENTIALS?|AUTH|DSN)"
    r"(?:_[A-Z0-9]+)?=[\"']?([^\s\"'&;]{3,})"
)
_SIGNATURE: Final = re.compile(
    r"[?&#](?:X-Amz-(?:Signature|Credential|Security-Token)|X-Goog-(?:Signature"
    r"|Credential)|sig|signature|hmac)=([^&\s\"'\\]{8,})",
    re.IGNORECASE,
)
# Names that mean something else outside of a query.
_QUERY: Final = re.compile(
    r"[?&#](?:code|key|k|hash|state|nonce|t|s|ticket|assertion|apikey)=(?P<value>[^&\s\"'\\#]{16,})"
)


def _find_in_protocols(text: str) -> Iterator[Finding]:
    yield from _find_in_urls(text)
    for match in _SCHEME.finditer(text):
        word = match["value"]
        # The next word may be an ordinary one, such as "authentication".
        is_word = word.isalpha() and word[1:] == word[1:].lower() and len(word) <= _LONGEST_WORD
        is_telling = match["scheme"].lower() not in {"token", "apikey"} or _DIGIT.search(word)
        if not is_word and is_telling:
            yield Finding(*match.span("value"), AUTHORIZATION)
    for match in _HEADER.finditer(text):
        yield Finding(*match.span("value"), AUTHORIZATION)
    for match in _COOKIE_HEADER.finditer(text):
        if _IS_COOKIE.match(match[1]) or (_DIGIT.search(match[1]) and " " not in match[1].strip()):
            yield Finding(*match.span(1), COOKIE)
    for pattern in (_VARIABLE, _SIGNATURE):
        for match in pattern.finditer(text):
            if not is_public_variable(match[0]):
                yield Finding(*match.span(1), ENVIRONMENT if pattern is _VARIABLE else API_KEY)
    for match in _QUERY.finditer(text):
        if _DIGIT.search(match["value"]) and _LETTER.search(match["value"]):
            yield Finding(*match.span("value"), API_KEY)


def is_public_variable(assigned: str) -> bool:
    """Return whether an assigned variable is public, such as ``NEXT_PUBLIC_KEY=x``."""
    return "PUBLIC_" in assigned.partition("=")[0]


def _find_in_urls(text: str) -> Iterator[Finding]:
    """Find users and passwords separately, because each may occur elsewhere on its own."""
    for match in _URL.finditer(text):
        start, stop = match.span("who")
        who = match["who"]
        slash = who.find("/")
        if slash >= 0:
            at = who.rfind("@", 0, slash)
            is_web = _WEB.match(match[0]) is not None
            if is_web or ":" not in who[:slash] or _PORT.match(who):
                # The credentials of a web page end before its path.
                if at <= 0:
                    continue
                stop, who = start + at, who[:at]
        colon = text.find(":", start, stop)
        if colon > 0:
            yield Finding(start, colon, URL_PASSWORD)
            start = colon + 1
        yield Finding(start, stop, URL_PASSWORD)


def find_named(text: str) -> Iterator[Finding]:
    """Find values that are secret because of what stands before them."""
    yield from _find_in_protocols(text)
    yield from _find_assignments(text)
    yield from _find_told(text)
    yield from _find_options(text)
    yield from _find_pairs(text)
    yield from _find_files(text)


@cache
def named_seed() -> str:
    """Return the seed of these rules."""
    words = rf"(?:{words_anywhere()}|{words_whole()})"
    return (
        rf"(?i:{words}[^\s=:,<>]{{0,24}}[\"'\\\]]{{0,9}}\s{{0,4}}(?:=|:|：|>|,|\s)"
        r"|\b(?:bearer|basic|digest|negotiate|token|apikey|ssws)[\s+]|cookie|authorization"
        r"|://[^\s\"'<>`]+@|[?&#](?:x-amz-|x-goog-|sig|hmac|code=|key="
        r"|k=|hash=|state=|nonce=|t=|s=|ticket=|assertion=|apikey=))"
        rf"|[A-Z]=[^\s]|[A-Z0-9]=[^\s]|{_COMMAND_SEED}"
        r"|:(?:\d{2,5}|\*):[\w*-]{1,80}:[\w.*@-]{1,80}:|(?i:password)"
    )


@cache
def named_marks() -> tuple[str, ...]:
    """Return the marks of these rules; see `heapnb.secrets.findings.Family`."""
    own = ("bearer", "basic", "digest", "negotiate", "ssws", "://", "?", "&", "#")
    commands = ("mysql", "maria", "mongo", "curl", "http", "xh", "wget", "docker", "podman", "helm")
    more = (
        "redis-cli",
        "openssl",
        "sqlcmd",
        "ldapsearch",
        "7z",
        "zip",
        "oc ",
        "az ",
        "_pwd=",
        "dsn",
    )
    return (*name_marks(), *own, *commands, *more, ":*:", *(f":{digit}" for digit in range(10)))
