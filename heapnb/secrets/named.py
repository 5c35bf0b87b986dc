"""Values in texts that are secret because of what stands before them.

Assignments and pairs in any notation, options of commands, elements of XML, lines of
configuration files, headers, cookies, users and passwords in URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from heapnb.secrets.chance import is_made_up
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
    PUBLIC_VALUES,
    ascii_marks,
    is_secret_name,
    name_marks,
    words_about,
    words_anywhere,
    words_whole,
)
from heapnb.secrets.patterns import Pattern, any_of, folded, once, shortest
from heapnb.secrets.tokens import PUBLIC_PEM

_LONGEST_WORD: Final = 20
_NAME: Final = r"[^\s\"'`=:：<>,;(){}\[\]\\&?|/!+*]"
_QUOTE: Final = r"\\{0,8}[\"'`]"
_SEPARATOR: Final = r"(?:=>|:=|[=:：])"
_VALUE: Final = (
    r"(?:\\{0,8}\"(?P<double>[^\"\\]+)|(?:N|\\{1,8})?'(?P<single>[^'\\]+)|`(?P<back>[^`$]+)`"
    r"|(?P<bare>[^\s\"'`&;,{}()\[\]\\<>]{3,400}))"
)

# What a long value goes on with: a pattern without a limit takes quadratic time on some texts.
_BARE_REST: Final = Pattern(r"[^\s\"'`&;,{}()\[\]\\<>]*")

# -- assignments ---------------------------------------------------------------------------------

_ASSIGNMENT: Final = Pattern(
    rf"(?<!{_NAME[:-1]}])(?P<name>{_NAME}{{1,80}})(?:{_QUOTE}|\])?\s{{0,4}}{_SEPARATOR}\s{{0,"
    rf"4}}{_VALUE}"
)
_CODE: Final = Pattern(
    r"(?:true|false|null|undefined|none|string|number|boolean|any|unknown|object|function|class"
    r"|new|await|async|this|require|typeof|void|return|case|throw|delete|yield"
    r"|String|Number|Int|ID|Boolean|Float|Buffer|Uint8Array|Promise|Record|Array|Optional)(?!\w)|=.*"
    r"|\$\(|\$[A-Za-z_][\w.]*\Z|\$\d+\Z|%[A-Za-z_]\w*%\Z|%[sdjoO]\Z|@[\w-]+@\Z|\{\{|<%"
)
_EXPRESSION: Final = Pattern(r"!?[A-Za-z_$][\w$]*(?:[.?!]{1,2}[A-Za-z_$][\w$]*)*")
_MEMBER: Final = Pattern(r"[A-Za-z_$][\w$]*(?:[?!]?\.[A-Za-z_$][\w$]*)+")
_OPERATOR: Final = Pattern(r"\|\||&&|\?\?|[?:]|===?|!==?")
_WORDS_ONLY: Final = Pattern(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)+[.!?:…]?")
_STATUS: Final = Pattern(r"\d{3}[.,!]?|\d{1,6}:\d{1,6}")
_DIGIT: Final = Pattern(r"\d")
_LETTER: Final = Pattern(r"[^\W\d_]")
_PLAIN_WORD: Final = Pattern(r"[a-z]{2,14}[.,]?")
_MORE_WORDS: Final = Pattern(r"[ ]+[a-z]{2,}")
# Stands for a secret that is not there.
_PLACEHOLDER: Final = Pattern(
    r"[*•.xX#_…?-]+|[<\[({]+[^<>\[\](){}]*[>\])}]+|\$\{(?!.*:[-=?+]).*|(?:redacted|hidden|masked|removed|filtered"
    r"|secret|omitted|scrubbed|sanitized|changeme|change[-_]me|placeholder|todo|tbd|fixme|xxx+)"
    r"|[a-z]+(?:[-_][a-z]+)*[-_]?\.{3}|%\w+%|%\(\w+\)s|__[a-z_]+__|@[a-z_.-]+@|#\{.*\}#?|\$\(\w+\)"
    r"|(?:dummy|fake|example|sample|some)[-_](?:api[-_]?)?(?:key|token|secret|password)"
    r"|(?:your|insert|enter|replace|put|paste)[-_ ].*|.*[-_ ](?:goes[-_ ])?here|replace[-_ ]?me",
    re.IGNORECASE,
)


def _is_placeholder(value: str) -> bool:
    """Return whether a value stands for a secret that is not there, such as ``****``."""
    return _PLACEHOLDER.fullmatch(value) is not None or (
        value.isupper() and not _DIGIT.search(value) and is_secret_name(value)
    )


# A reference in the notation of a template, and a tag of YAML with what it refers to.
_TEMPLATE: Final = Pattern(
    r"<[A-Za-z][^<>\n]{0,80}>|\$\{[^{}\n:]{1,80}\}|\{\{[^{}\n]{1,80}\}\}|\$[A-Z_][A-Z0-9_]*"
)
_TAG: Final = Pattern(r"![A-Za-z][A-Za-z-]*[ \t]+\S")
_PUBLIC_BLOCK: Final = Pattern(PUBLIC_PEM)
_PUBLIC_MARKS: Final = ("-----BEGIN ", "LS0tLS1C")


def _without_placeholders(text: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out what stands for a secret that is not there, and what is public."""
    public = (
        [match.span() for match in _PUBLIC_BLOCK.finditer(text)]
        if any(mark in text for mark in _PUBLIC_MARKS)
        else []
    )
    for finding in findings:
        start, stop, _ = finding
        reference = _TEMPLATE.match(text, start)
        if (
            (reference and reference.end() >= stop)
            or _is_placeholder(text[start:stop])
            or _TAG.match(text, start)
            or any(a <= start < b for a, b in public)
        ):
            continue
        yield finding


_FILE: Final = Pattern(r"(?:~|\.{1,2}|[A-Za-z]:|\$\w+)?[/\\][\w.@+-]+(?:[/\\][\w.@+-]+)+")


def tells_nothing(value: str) -> bool:
    """Return whether a value with the name of a secret is public all the same.

    Parameters
    ----------
    value : str
        A complete value.

    Examples
    --------
    >>> [tells_nothing(one) for one in ("****", "Forgot your password?", "include", "hunter2")]
    [True, True, True, False]
    """
    plain = value.strip()
    is_reference = plain.startswith(("arn:", "${", "{{")) or (
        _FILE.fullmatch(plain) is not None and not is_made_up(plain)
    )
    if is_reference or plain.lower() in PUBLIC_VALUES or _is_placeholder(plain):
        return True
    if _VARIABLE_NAME.fullmatch(plain):
        return True
    # A password may contain a word of secrets, `my-secret-garden`; a label is one: `Passwort`.
    if _name().fullmatch(folded(plain)):
        return True
    if " " not in plain or not _WORDS_ONLY.fullmatch(plain):
        return False
    words = plain.split()
    n_prose = sum(map(_is_prose, words))
    is_sentence = plain[0].isupper() and plain[1:].islower() and len(words) >= _FEWEST_OF_SENTENCE
    return is_sentence or n_prose > 1 or (n_prose > 0 and plain[0].isupper())


_VARIABLE_NAME: Final = Pattern(
    r"(?:process\.env|import\.meta\.env|os\.environ|env)\.\w+|\$[A-Z_]\w*|%\w+%"
    r"|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET|PASS|PASSWORD|PASSPHRASE|CREDENTIALS)"
)


@once
def _name() -> re.Pattern[str]:
    return re.compile(words_anywhere())


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
    # `a.options.apiKey` names the same as what it is assigned to.
    is_member = _MEMBER.fullmatch(word) is not None and not _DIGIT.search(word)
    if is_member and (text[start - 1 : start] == " " or is_secret_name(word.rpartition(".")[2])):
        return True
    return text[stop : stop + 1] in {"(", "["}


_FEWEST_OF_SENTENCE: Final = 3


def _is_label(value: str) -> bool:
    """Return whether a quoted value is the label of a field, such as ``Enter your password``."""
    if _is_prose(value) or _is_placeholder(value):
        return True
    if "=" not in value and is_secret_name(value.rpartition("/")[2]) and not is_made_up(value):
        return True
    if " " not in value or not _WORDS_ONLY.fullmatch(value):
        return False
    words = value.lower().split()
    if value[0].isupper() and value[1:].islower() and len(words) >= _FEWEST_OF_SENTENCE:
        return True
    return len(words) < 10 and (  # noqa: PLR2004  phrases of a wallet have twelve words
        any(_is_prose(word) for word in words) or any(is_secret_name(word) for word in words)
    )


def _is_sentence(text: str, start: int, stop: int) -> bool:
    """Return whether a plain word before other words begins a message: ``auth: ldap is ready``."""
    return (
        _PLAIN_WORD.fullmatch(text, start, stop) is not None
        and text[start - 1 : start] == " "
        and _MORE_WORDS.match(text, stop) is not None
        and not is_made_up(text[start:stop])
    )


_LONGEST_ARN: Final = 100
_COOKIE_HEADERS: Final = frozenset(("cookie", "set-cookie"))


def _find_assignments(text: str) -> Iterator[Finding]:
    lower = folded(text)
    for pattern, searched in ((_ASSIGNMENT, text), (_spoken(), lower)):
        match = pattern.search(searched)
        while match:
            group = next(one for one in ("double", "single", "back", "bare") if match[one])
            start, stop = match.span(group)
            name = text[slice(*match.span("name"))].strip()
            # Headers of cookies have rules of their own.
            is_header = name.lower() in _COOKIE_HEADERS and "=" in text[start:stop]
            is_odbc = name == "PWD" and text[match.start() - 1 : match.start()] == ";"
            is_resource = "arn:" in text[max(start - _LONGEST_ARN, 0) : start]
            # A map of YAML, or the host of a URL: `auth:`, `password@host:`.
            is_map = "\n" in text[match.end("name") : start] and _MAP_KEY.match(text, start)
            # A count of several: `prompt tokens: 1204`.
            is_count = name.endswith("s") and text[start:stop].isdigit()
            is_other = is_header or is_resource or is_map or is_count or "@" in name[1:]
            if is_other or not (is_odbc or is_secret_name(name)):
                # The value may begin with another name: `url: https://a.example/?token=x`.
                match = pattern.search(searched, start if group == "bare" else max(start - 1, 1))
                continue
            if group != "bare":
                is_secret = not _is_label(text[start:stop])
            else:
                is_secret = not (
                    _is_prose(text[start:stop])
                    or _is_placeholder(text[start:stop])
                    or _STATUS.fullmatch(text[start:stop])
                    or _is_code(text, start, stop)
                    or _is_sentence(text, start, stop)
                    or ("/" in text[start:stop] and _is_label(text[start:stop]))
                )
            if is_secret:
                stop = _bare_end(text, stop) if group == "bare" else stop
                yield Finding(start, stop, PASSWORD)
            match = pattern.search(searched, stop)


_MAP_KEY: Final = Pattern(r"[\w.$-]{1,80}[\"']?[ \t]{0,4}:(?=\s|\Z)")


def _bare_end(text: str, stop: int) -> int:
    rest = _BARE_REST.match(text, stop)
    return rest.end() if rest else stop


@once
def _spoken() -> re.Pattern[str]:
    """Names of several words, such as ``mot de passe : x``, in a folded text."""
    return re.compile(
        rf"(?P<name>{words_anywhere()})s?(?:{_QUOTE})?\s{{0,4}}{_SEPARATOR}\s{{0,4}}{_VALUE}"
    )


# Sentences: `the password is x1y2`, `token {x1y2} rejected`, `requirepass x1y2`.
_VERB: Final = r"(?:is|are|was|ist|lautet|war|est|es|é|è|:|=|→|->)"
_TOLD: Final = Pattern(
    rf"(?<![\w.-])(?P<name>[^\s\"'(){{}}<>\[\],;:=/|&?]{{2,60}})[\"']?\s{{1,4}}(?:{_VERB}[\s:]{{1,4}}){{0,2}}"
    r"[\"'({\[<]{0,4}"
    r"(?P<value>(?=[^\s\"'(){}<>\[\],;]{0,200}\d)[^\s\"'(){}<>\[\],;]{4,})",
    re.IGNORECASE,
)
# Behind the name of a function in a call stack: `createSession (/app/session.js:17:21)`.
_PLACE: Final = Pattern(r"(?:\.\w{1,5}(?::\d+)?|(?::\d+))(?::\d+)$")
# Files, and words with one digit: `reset-form2`, `policy-v2`.
_NUMBERED: Final = Pattern(
    r"(?:[a-z]+[-_])+(?:v|[a-z]{2,})?\d|[\w-]+(?:\.[\w-]+)*\.(?:[mc]?[jt]sx?|json|ya?ml|html?|css|md)"
)
_ADDRESS: Final = Pattern(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
# Verbs between a secret and its value, and marks that stand for them.
_SAYING: Final = (
    r"(?:(?<!\w)(?:is|was|are|be|being|equals?|equal to|to be|set to|reads|value|provided|given"
    r"|supplied|got|received|used|using|lautet|lauten|ist|war|wurde|heißt|est|était|es|era|son|é|eh|è"
    r"|jest|to|är|er|on|este|je|ir|yra|van|luidt|adalah|ialah|là|है|হল|হলো|ndiyo|ni|это|είναι|هي|هو|است"
    r"|olan|dir|đó là|е|є|је|це|гэта|היא|הוא|არის|է|ہے|ਹੈ|છે|आहे|හි|ay|waa|yw"
    r"|da|estas"
    r"|sú|sono|waren|bija|oli|fue|foi|fost)(?!\w)|—|–|===?|->|=>|→|คือ|ແມ່ນ|គឺ|သည်|[:=：是为為はがは는은이])"
)
_OPENING: Final = r"[\"'`({\[<«“‘„「『]{0,3}"
_OPENING_GROUP: Final = rf"(?P<open>{_OPENING})"
_WORD: Final = r"[^\s\"'`(){}<>\[\],;«»“”‘’「」『』，。；！]"
_GAP: Final = r"(?:[^\n.!?;=\"'`{}<>]|\.(?=\w)){0,48}?"
_AT_LEAST: Final = 8
_SHORTEST_SAID: Final = 6
_FEWEST_RUNS: Final = 2
_RUNS: Final = Pattern(r"\d+")
# Words with digits that are no secrets: versions, times, sizes, places in the program, URLs.
_TELLS_NOTHING: Final = Pattern(
    r"v?\d+(?:[.:]\d+)+[\w.+-]*|\d{4}-\d\d(?:-\d\d.*)?|[\d.,]+[a-zA-Z%°µ]{0,5}|[\w.+-]+@[\w-]+\.[\w.-]+|\w+:/.*|/.*"
    r"|[\w-]+(?:\.[\w-]+)*\.(?:[mc]?[jt]sx?|json|ya?ml|html?|css|md|py|go|rs|txt|log|pem|key|crt)"
    r"|#.*|@.*|.*[=&].*|[\w.-]+\(.*"
)
_NAME_AND_NUMBER: Final = Pattern(r"[A-Za-z]+-?\d{1,3}|(?:[a-z]+[-_])*[a-z]+[-_]?\d{1,2}")
_CODE_NAME: Final = Pattern(
    r"code|kod|koodi|pin|otp|tan\b|cvv|cvc|2fa|mfa|код|пин|코드|번호|码|コード|番号"
)
_CODE_VALUE: Final = Pattern(r"\d{4,10}|\d{3}[ -]\d{3}")
_MOST_WORDS_BETWEEN: Final = 4
_LETTERS_A_HUMP: Final = 3


@once
def _said() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of a secret's name and what it is said to be, in a folded text."""
    name = (
        rf"(?P<name>(?P<strong>{words_anywhere()})\w{{0,8}}|(?<![^\W_]){words_whole()}\w{{0,2}})"
        r"[\"'`»”」)\]]?"
    )
    value = rf"{_OPENING_GROUP}(?P<value>{_WORD}{{6,200}}|\d{{4,5}}(?!\w))"
    return (
        re.compile(rf"{name}(?P<gap>{_GAP})(?P<verb>{_SAYING})[\s:：]{{0,4}}{value}"),
        re.compile(rf"{name}(?P<gap>)(?P<verb>)\s{{1,4}}{value}"),
        # Words of another script between them need no verb: `सर्वर का पासवर्ड hunter-22 है`.
        re.compile(
            rf"{name}(?P<gap>[^\n.!?;=\"'`{{}}<>\x21-\x7e]{{1,40}}?)(?P<verb>)\s{{0,4}}{value}"
        ),
    )


@once
def _before_name() -> re.Pattern[str]:
    """Return the pattern of a value before a name of another script, in a folded text."""
    return re.compile(
        rf"(?<![\w.-])(?P<value>[!-~]{{8,64}})[^\n.!?;=\"'`{{}}<>\x21-\x7e]{{1,30}}?(?:{words_anywhere()})"
    )


@once
def _yours() -> re.Pattern[str]:
    """Return the pattern of what follows a value: ``482913 is your PIN``."""
    return re.compile(
        r"[\"'`]?\s(?:is|ist|est|es|é|è|jest|är|er|on|это|是)\s"
        r"(?:(?:your|the|my|our|a|ihr|dein|das|der|votre|ton|le|su|tu|la|sua|seu|il|tuo|uw|je|de"
        r"|twoje|ditt|din|ваш|您的|你的)\s)(?:[\w-]{1,20}\s){0,3}?"
        rf"(?:{words_anywhere()}|{words_whole()}|codes?)(?!\w)"
    )


_LAST_WORD: Final = Pattern(rf"(?<![\w-]){_WORD}{{4,40}}\Z")
_SIGN_IN: Final = Pattern(
    r"\b(?:log(?:ged)?[ -]?(?:in|on)|sign(?:ed)?[ -]?in|credentials?|creds|login)\b"
    rf"[^\n/:]{{0,24}}?[\s:(]{_OPENING}(?P<who>[\w.@+-]{{2,40}})\s?[/:|]\s?(?P<value>{_WORD}{{6,}})",
    re.IGNORECASE,
)


def _is_value(word: str, *, is_near: bool, is_strong: bool = False) -> bool:
    """Return whether a word in a sentence about a secret is probably the secret."""
    if len(word) < _SHORTEST_SAID or _TELLS_NOTHING.fullmatch(word) or _PLACE.search(word):
        return False
    if not is_strong and _NAME_AND_NUMBER.fullmatch(word):
        return False
    if _DIGIT.search(word) and _LETTER.search(word):
        if is_near:
            return True
        if len(word) >= _AT_LEAST and len(_RUNS.findall(word)) >= _FEWEST_RUNS:
            return True
    if is_strong and is_near and len(word) >= _AT_LEAST and word.isalpha() and word.isascii():
        # A word of a program has a hump in some places, a password in many.
        humps = sum(a.islower() != b.islower() for a, b in pairwise(word))
        if humps * _LETTERS_A_HUMP >= len(word):
            return True
    # Words of languages that the model does not know look made up, but for their capitals.
    is_word = word.isalpha() and (word[1:].islower() or word.isupper())
    return not is_word and len(word) >= _AT_LEAST and word.isascii() and is_made_up(word)


def _is_password(word: str) -> bool:
    """Return whether a word is of several kinds of characters, as chosen passwords are."""
    if len(word) < _AT_LEAST or _NAME_AND_NUMBER.fullmatch(word) or _HOST.fullmatch(word):
        return False
    if not (_DIGIT.search(word) and _LETTER.search(word)) or _TELLS_NOTHING.fullmatch(word):
        return False
    if _PLACE.search(word) or _PARTS_OF_NAME.fullmatch(word):
        return False
    humps = sum(a.islower() and b.isupper() for a, b in pairwise(word))
    is_mixed = humps > 0 or len(_RUNS.findall(word)) >= _FEWEST_RUNS
    return is_mixed or _SPECIAL.search(word) is not None


_HOST: Final = Pattern(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?", re.IGNORECASE)
_PARTS_OF_NAME: Final = Pattern(
    r"[a-z]+\d?(?:[-_./][a-z]+\d?)+(?:[-_.]v?\d+)*|v?\d+(?:[-_.][a-z\d]+)*"
    r"|(?:[A-Za-z]+\d?[-_./])+v?\d+(?:\.\d+)+"
)
_SPECIAL: Final = Pattern(r"[-_.!#$%^&*+@~?]")


def _is_told(told: re.Match[str], value: str) -> bool:
    """Return whether a value in a match of `_said` is probably the secret."""
    if "arn:" in told.string[max(told.start() - _LONGEST_ARN, 0) : told.start()]:
        return False
    if told["gap"].startswith("@"):
        # The host of a URL: `user:password@host:5432`.
        return False
    if not (value.isascii() or told["open"]):
        # A language without blanks goes on: `パスワードは8文字以上`.
        return False
    is_far = bool(told["gap"].strip())
    is_strong = bool(told["strong"] and told["verb"])
    if told["strong"] and not told["verb"] and (not is_far or not told["name"].isascii()):
        return _is_password(value) or _is_value(value, is_near=False)
    is_near = bool(told["verb"]) and (
        not is_far
        or bool(told["open"])
        or (is_strong and len(told["gap"].split()) <= _MOST_WORDS_BETWEEN)
    )
    if is_near and _CODE_NAME.search(told["name"]) and _CODE_VALUE.fullmatch(value):
        return True
    return _is_value(value, is_near=is_near, is_strong=is_strong)


def _find_told(text: str) -> Iterator[Finding]:
    for match in _TOLD.finditer(text):
        value = match["value"].rstrip(".!?")
        if _PLACE.search(value) or _ADDRESS.match(value) or _NUMBERED.fullmatch(value):
            continue
        # A sentence about a password has other words there; a value has digits and letters.
        if _LETTER.search(value) and "=" not in value[:-2] and is_secret_name(match["name"]):
            yield Finding(*match.span("value"), PASSWORD)
    lower = folded(text)
    for pattern in _said()[: 2 if text.isascii() else 3]:
        told = pattern.search(lower)
        while told:
            start = told.start("value")
            value = text[start : told.end("value")].rstrip(".!?:…")
            if _is_told(told, value):
                yield Finding(start, start + len(value), PASSWORD)
                told = pattern.search(lower, told.end())
            else:
                # The same name may be followed by another word, and another name by this one.
                told = pattern.search(lower, told.end("name"))
    for match in _before_name().finditer(lower) if not text.isascii() else ():
        start, stop = match.span("value")
        if _is_password(text[start:stop].strip("\"'`«»“”()[],;:")):
            yield Finding(start, stop, PASSWORD)
    for match in _yours().finditer(lower):
        word = _LAST_WORD.search(text, max(match.start() - 40, 0), match.start())
        if word and (_DIGIT.search(word[0]) or _is_value(word[0], is_near=False)):
            yield Finding(*word.span(), PASSWORD)


# Codes that are sent: `Ihr Anmeldecode lautet 525462`, `use 656569 as your security code`.
_CODE_WORD: Final = (
    r"[\w-]{0,20}(?:code|kod|kode|koodi|kodas|kods|código|codigo|codice|pin|otp|tan|код|пин"
    r"|コード|码|碼|코드|번호)"
)
_DIGITS_OF_CODE: Final = r"(?P<value>[A-Z]{0,2}-?\d{4,8}|\d{3}[ -]\d{3})(?![\w-])"
_OF_READER: Final = (
    r"(?<!\w)(?:your|ihr|dein|votre|ton|su|tu|seu|sua|tuo|uw|je|jouw|twój|din|ditt|ваш|твой|tvůj|váš"
    r"|login|log-in|sign-?in|anmelde\w*|connexion|acceso|inicio de sesión|accesso|您的|你的)"
)
_CODE_SENT: Final = (
    Pattern(
        rf"{_OF_READER}[^\n.:=]{{0,30}}?{_CODE_WORD}\w{{0,4}}\s?[^\n.\d]{{0,30}}?(?:{_SAYING}|\s)"
        rf"\s{{0,3}}{_DIGITS_OF_CODE}",
        re.IGNORECASE,
    ),
    Pattern(
        r"\b(?:use|enter|type|utilisez|saisissez|verwenden sie|usa|usi|inserisci|gebruik|введите)\s"
        rf"{_DIGITS_OF_CODE}"
        rf"[^\n.]{{0,40}}?(?:{_CODE_WORD}|verif|log|sign|anmeld|connex|confirm|bestätig)",
        re.IGNORECASE,
    ),
)


def _find_codes(text: str) -> Iterator[Finding]:
    for pattern in _CODE_SENT:
        for match in pattern.finditer(text):
            yield Finding(*match.span("value"), PASSWORD)


@once
def _lists() -> re.Pattern[str]:
    """Return the pattern of a secret's name in the plural and a list, in a folded text."""
    return re.compile(
        rf"(?P<name>{words_anywhere()}|{words_whole()})\w{{0,4}}[\"']?(?:\s\([^()\n]{{0,60}}\))?\s{{0,4}}"
        r"(?:=>|[:=])\s{0,4}(?:[\[(](?P<array>[^\[\](){}]{3,4000})[\])]|\r?\n(?P<lines>"
        r"(?:[ \t]{0,8}"
        r"(?:[-*•]|\d{1,2}[.)])?[ \t]{0,4}[\"']?[\w-]{6,40}[\"']?[ \t]{0,8}(?:\r?\n|\Z)){1,40})"
        r"|(?P<inline>[\w-]{6,40}(?:[,;/|\s]\s{0,2}[\w-]{6,40}){1,40})(?![\w-]))"
    )


@once
def _phrases() -> re.Pattern[str]:
    """Return the pattern of the words of a wallet behind their name, in a folded text."""
    name = (
        r"(?:mnemo|phrase|frase|seed|semilla|semente|wallet|ニーモニック|フレーズ|助记词|助記詞"
        r"|니모닉|구문|мнемо|сид|фраза)"
    )
    word = r"[^\s\d,.;:!?(){}\[\]<>=/\"']{2,20}"
    return re.compile(
        rf"{name}[^\n:=：]{{0,30}}[:=：]\s{{0,4}}[\"']?(?P<value>(?:"
        rf"{word}[ \u3000]){{11,23}}{word})"
    )


_ITEM: Final = Pattern(
    r"[\"'](?P<quoted>[^\"'\\]{4,})[\"']|(?<![\w-])(?P<bare>[\w-]{6,40})(?![\w-])"
)


_SHORTEST_GROUP: Final = 4
# Four groups of four letters, by which some services draw passwords of programs.
_GROUPS: Final = Pattern(
    r"\b(?P<name>[\w-]{2,30})[\"']?\s{0,4}(?:(?:is|ist|est|es|:|=|=>)\s{0,4}){1,2}[\"'`(]{0,2}"
    r"(?P<value>[a-z]{4}(?:[ -][a-z]{4}){3})(?![\w-]|[ ][a-z])"
)
_WORD_OF: Final = Pattern(r"[a-z]+")


def _is_grouped(value: str) -> bool:
    """Return whether a code consists of groups of equal length, or was drawn by chance."""
    groups = value.replace(" ", "-").split("-")
    is_even = len(groups) > 1 and len({len(one) for one in groups}) == 1
    return (is_even and len(groups[0]) >= _SHORTEST_GROUP) or is_made_up(value)


# -- blocks of settings --------------------------------------------------------------------------

# A block of HCL or JSON, a map of YAML, a section of TOML whose name says what its values are.
_BLOCKS: Final = (
    Pattern(
        r"(?<![\w.-])(?P<name>[\w-]{3,60})[\"']?\s{0,4}(?:=>|[:=])?\s{0,4}\{(?P<body>[^{}]{6,4000})\}"
    ),
    Pattern(
        r"(?m)^(?P<indent>[ ]{0,20})[\"']?(?P<name>[\w-]{3,60})[\"']?:[ ]{0,4}\r?\n"
        r"(?P<body>(?:(?P=indent)[ ]+\S[^\n]{0,400}(?:\n|\Z)){1,100})"
    ),
    Pattern(
        r"(?m)^\[{1,2}(?:[\w-]{1,40}\.)*(?P<name>[\w-]{3,60})\]{1,2}[ \t]*\r?\n(?P<body>"
        r"(?:[^\[\n][^\n]{0,400}(?:\n|\Z)){1,100})"
    ),
)
_SETTING: Final = Pattern(
    r"(?<![\w.$/-])(?P<name>[\w.-]{1,60})[\"']?[ \t]{0,8}(?:=>|[:=])[ \t]{0,8}[\"']?"
    r"(?P<value>[^\s\"'`,;{}\[\]<>()]{8,200})"
    r"[\"']?(?=[\s,;})]|\Z)"
)
_OF_BLOCKS: Final = Pattern(
    r"(?:.*[_-])?(?:secrets?|tokens|passwords|credentials?|creds|api_?-?keys|passwd)", re.IGNORECASE
)


def _find_blocks(text: str) -> Iterator[Finding]:
    for pattern in _BLOCKS:
        for block in pattern.finditer(text):
            if not _OF_BLOCKS.fullmatch(block["name"]):
                continue
            for match in _SETTING.finditer(text, *block.span("body")):
                value = match["value"]
                is_public = _PUBLIC_QUERY.fullmatch(match["name"]) or _is_label(value)
                if not is_public and (_is_password(value) or _is_value(value, is_near=False)):
                    yield Finding(*match.span("value"), PASSWORD)


def _find_lists(text: str) -> Iterator[Finding]:
    lower = folded(text)
    for match in _lists().finditer(lower):
        group = next(one for one in ("array", "lines", "inline") if match[one])
        start, stop = match.span(group)
        is_codes = "code" in match["name"] or "kod" in match["name"] or "cód" in match["name"]
        if group == "inline" and not is_codes:
            continue
        for item in _ITEM.finditer(text, start, stop):
            kind = "quoted" if item["quoted"] else "bare"
            value = item[kind]
            is_grouped = is_codes and _is_grouped(value)
            is_drawn = _DIGIT.search(value) and not _TELLS_NOTHING.fullmatch(value)
            if group == "inline":
                is_drawn = is_drawn and not _NAME_AND_NUMBER.fullmatch(value)
            if (is_drawn or is_grouped) and not _is_label(value):
                yield Finding(*item.span(kind), PASSWORD)
    for match in _GROUPS.finditer(text):
        if is_secret_name(match["name"]) and not any(
            map(_is_prose, _WORD_OF.findall(match["value"]))
        ):
            yield Finding(*match.span("value"), PASSWORD)
    for match in _phrases().finditer(lower):
        yield Finding(*match.span("value"), PASSWORD)


def _find_signed_in(text: str) -> Iterator[Finding]:
    for match in _SIGN_IN.finditer(text):
        value = match["value"].rstrip(".!?")
        if "/" not in value and _is_value(value, is_near=False):
            yield Finding(match.start("value"), match.start("value") + len(value), PASSWORD)


# -- languages of databases and protocols ------------------------------------------------------

_IDENTIFIED: Final = Pattern(
    r"\b(?:IDENTIFIED\s+(?:WITH\s+[\"'`]?\w+[\"'`]?\s+)?(?:BY|AS)\s+(?:PASSWORD\s+|VALUES\s+)?"
    r"|(?:OLD_)?PASSWORD\s*\(\s*|\b(?:crypt|pgp_sym_encrypt|pgp_sym_decrypt|encrypt|decrypt"
    r"|AES_ENCRYPT|AES_DECRYPT|hmac)\s*\([^()'\"]{0,80},\s*)(?P<quote>['\"])(?P<value>[^'\"]{3,})",
    re.IGNORECASE,
)
_INSERT: Final = Pattern(
    r"\b(?:INSERT|REPLACE)\s+INTO\s+[^\s(]{1,80}\s*\((?P<columns>[^()]{1,1000})\)\s*"
    r"(?:OUTPUT\s[^()]{1,80})?VALUES\s*\(",
    re.IGNORECASE,
)
_CELL: Final = Pattern(
    r"\s*(?:N|E)?(?:'(?P<value>(?:[^']|'')*)'|[^,()']*(?:\([^()]*\))?[^,()']*)\s*"
)
_PROTOCOL: Final = Pattern(
    r"(?:^|[>\s<:\"])(?:AUTH\"?(?:\s+\"?(?:PLAIN|LOGIN|CRAM-MD5|XOAUTH2|OAUTHBEARER|SCRAM-SHA-\d+|default|[\w-]{1,32})"
    r"\"?)?|PASS|HELLO\s\d\s+AUTH\s+\w{1,32}|AUTHENTICATE(?:\s+[A-Z][\w-]{2,20})?|SASL(?:\s+[A-Z][\w-]{2,20})?|IDENTIFY"
    r"|(?:APOP|OPER|ACCT|XCLIENT|(?i:(?<=\d\s)login)|LOGIN)\s+[\"']?[\w.@+%\\-]{1,64}[\"']?"
    r"|(?i:nickserv\s+:?identify(?:\s+[\w-]{1,32}(?=\s+\S))?))"
    r"\s+(?:\$\d{1,4}\s+|\{\d{1,4}\+?\}\s+)?[\"']?(?P<value>[^\s\"']{6,})"
)
_ORACLE: Final = Pattern(
    r"(?:\bjdbc:oracle:\w{2,5}:|\b(?:sqlplus|expdp|impdp|exp|imp|sqlldr|rman)\b[^\n/]{0,60}?\s)"
    r"[\"']?(?P<who>\w{1,40})/[\"']?(?P<value>[^\s@\"'/]{3,})[\"']?@"
)
_PROTOCOL_MARKS: Final = (
    "auth",
    "pass",
    "identify",
    "login",
    "sasl",
    "apop",
    "oper ",
    "acct",
    "xclient",
)
# Arguments of functions that sign, encrypt or sign in. An argument before the secret:
_ARGUMENT: Final = (
    r"(?:\{[^{}]{0,300}\}|\[[^\[\]]{0,300}\]|b?\"[^\"\n]{0,300}\"|b?'[^'\n]{0,300}'"
    r"|[^,\"'{}\[\]();\n]{1,100}(?:\([^()]{0,200}\))?)\s{0,8},\s{0,8}"
)
_LITERAL: Final = (
    r"(?:[A-Za-z_][\w.]{0,40}\(\s{0,8})?[bru]?(?P<quote>[\"'`])(?!(?:[HREP]S\d{3}|sha-?\d+|md5|aes|des|rc4|hex|utf"
    r"|base64|latin1|binary|ascii|pbkdf2|bcrypt|argon2|rsa|ecdsa|chacha)\b)(?P<value>[^\"'`\n$]{4,})(?P=quote)"
)
_SIGNING: Final = (
    Pattern(
        r"\b(?:cookie-?parser|keygrip|fernet|urlsafe\w{0,12}serializer|timestampsigner|signer|hmacsha\d+"
        r"|create_?secret_?key|cryptr|simplecrypto|hmac\.new|hmac_new|scrypt(?:_?sync)?|pbkdf2(?:_?sync|_hmac)?"
        r"|bcrypt\.(?:hash|compare)(?:sync)?|argon2\.hash|password_hash|password_verify|hashpw|hashids|signwith"
        r"|set_?signing_?key|set_?password|with_?password|with_?secret"
        r"|secretkeyspec|derive_?key|stripe|symmetricsecuritykey|from_?secret|hs256|hs512|messageverifier"
        rf"|messageencryptor)\(\s{{0,8}}{_LITERAL}",
        re.IGNORECASE,
    ),
    Pattern(
        r"\b(?:(?:\w{0,20}jwt\w{0,20}|jws|jsonwebtoken|jose|\w{0,20}token\w{0,20})\.(?:sign|verify|encode|decode|create)\w{0,10}"
        r"|createhmac|hash_hmac|hmac\.(?:hexdigest|digest|compute)|create(?:de)?cipher(?:iv)?|openssl_(?:en|de)crypt"
        r"|(?:aes|des|tripledes|rabbit|rc4)\.(?:en|de)crypt|hmac(?:sha\d+|md5)|iron\.(?:un)?seal|(?:un)?sealdata"
        r"|(?:cookie|signature|cookiesignature)\.(?:un)?sign|sign(?:data|cookie|url|request|payload)"
        r"|verify(?:signature|webhook\w{0,10})|constructevent"
        rf"|basic_?auth|httpbasicauth)\(\s{{0,8}}(?:{_ARGUMENT}){{1,2}}?{_LITERAL}",
        re.IGNORECASE,
    ),
    Pattern(
        rf"\b(?:set|with|use)_?(?:api_?key|(?:access_?|auth_?|bearer_?)?token|credentials?)\(\s{{0,8}}{_LITERAL}",
        re.IGNORECASE,
    ),
    Pattern(
        r"(?:\.(?:login|log_in|bind|simple_bind_s|auth|authenticate|connect|sign_?in\w{0,30}"
        r"|credentials)|mysqli_connect|new pdo"
        rf"|getconnection|createuser\w{{0,30}})\(\s{{0,8}}(?:{_ARGUMENT}){{1,2}}?{_LITERAL}",
        re.IGNORECASE,
    ),
)
_KEYS: Final = Pattern(
    r"\b(?:cookie-?session\(\s{0,4}\{[^{}\[\]]{0,200}?\bkeys\s{0,4}:|app\.keys\s{0,4}="
    r"|new keygrip\()\s{0,4}\[(?P<keys>[^\[\]]{4,2000})\]",
    re.IGNORECASE,
)


def _find_in_calls(text: str) -> Iterator[Finding]:
    for pattern in _SIGNING:
        for match in pattern.finditer(text):
            value = match["value"]
            if pattern in _SIGNING[-2:]:
                is_secret = _is_value(value, is_near=True) and not _HOST.fullmatch(value)
            else:
                is_secret = not (_is_label(value) or value.lower() in PUBLIC_VALUES)
            if is_secret:
                yield Finding(*match.span("value"), PASSWORD)
    for match in _KEYS.finditer(text):
        for item in _ITEM.finditer(text, *match.span("keys")):
            if item["quoted"]:
                yield Finding(*item.span("quoted"), PASSWORD)


def _find_in_languages(text: str) -> Iterator[Finding]:
    for match in _IDENTIFIED.finditer(text):
        if not _is_placeholder(match["value"]):
            yield Finding(*match.span("value"), PASSWORD)
    if "(" in text:
        yield from _find_in_calls(text)
    lower = text.lower()
    if any(mark in lower for mark in _PROTOCOL_MARKS):
        for match in _PROTOCOL.finditer(text):
            if _is_value(match["value"], is_near=True):
                yield Finding(*match.span("value"), PASSWORD)
    for match in _ORACLE.finditer(text):
        yield Finding(*match.span("value"), URL_PASSWORD)


def _find_rows(text: str) -> Iterator[Finding]:
    for match in _INSERT.finditer(text):
        columns = [one.strip(' \t\n`"[]') for one in match["columns"].split(",")]
        secret = [is_secret_name(one) for one in columns]
        if any(secret):
            yield from _cells(text, match.end(), secret)


def _cells(text: str, start: int, secret: list[bool]) -> Iterator[Finding]:
    """Find the values of secret columns in rows of values, of which the first begins at a place."""
    place, column = start, 0
    while True:
        cell = _CELL.match(text, place)
        if cell is None:
            return
        if column < len(secret) and secret[column] and cell["value"]:
            yield Finding(*cell.span("value"), PASSWORD)
        mark = text[cell.end() : cell.end() + 1]
        place, column = cell.end() + 1, column + 1
        if mark == ")":
            next_row = _NEXT_ROW.match(text, place)
            if next_row is None:
                return
            place, column = next_row.end(), 0
        elif mark != ",":
            return


_NEXT_ROW: Final = Pattern(r"\s*,\s*\(")


# -- options of commands -----------------------------------------------------------------------

_OPTION: Final = Pattern(
    r"(?<![\w-])--?(?P<name>[A-Za-z][\w.-]{1,60})(?:=|\s{1,4})[\"']?(?P<value>[^\s\"',\]]{3,})"
)
# Options of commands that take a password, and arguments that are one.
_COMMANDS: Final = Pattern(
    r"\b(?:"
    r"(?:mysql|mysqldump|mysqladmin|mysqlimport|mariadb|mariadb-dump|mongo|mongosh|7z|7za|rar|unrar)\b"
    r"[^\n|;]{0,200}?\s-p(?P<glued>[^\s\"']{3,})"
    r"|(?:curl|http|https|xh|wget|aria2c|lftp|httpie|siege|ab)\b[^\n|;]{0,200}?\s(?:-u|-U|-a|-A|--user"
    r"|--auth|--proxy-user)[\s=]{0,2}[\"']?[^\s:,\"']{1,80}[:,](?P<basic>[^\s\"']{2,})"
    r"|sshpass\s+-p\s{0,4}[\"']?(?P<ssh>[^\s\"']{3,})"
    r"|(?:docker|podman|nerdctl|skopeo|buildah|crane|oras|helm|oc|az|redis-cli|valkey-cli|keytool|jarsigner"
    r"|zip|7z|unzip|sqlcmd|bcp|ldapsearch|ldapmodify|ldapadd|ldapdelete|ldapwhoami|ldappasswd|mongo"
    r"|mongosh|mongodump|mongorestore|mongoexport|mongoimport|cqlsh|influx|arangosh|clickhouse-client"
    r"|mosquitto_pub|mosquitto_sub|ipmitool|plink|pscp|psftp|putty|rdesktop|psexec|snowsql|vsql|nzsql"
    r"|tsql|rclone|gpg|snmpget|snmpwalk|snmpset|hashcat|wpa_cli|ansible-vault|svn|hg|gsql|beeline|cypher-shell)\b"
    r"[^\n|;]{0,200}?\s-(?:p|a|P|w|W|A|X|pw|pass|storepass|keypass|passphrase)\s{1,4}"
    r"[\"']?(?P<apart>(?!\d{1,5}\b)(?!-)[^\s\"':]{4,})"
    r"|openssl\b[^\n|;]{0,200}?\s(?:-k|-K|-passin|-passout|-pass|-password)\s{1,2}[\"']?(?:pass:)?(?P<open"
    r"ssl>[^\s\"']{3,})"
    r"|(?:vault\s+(?:login|unseal|operator\s+unseal)|snyk\s+auth|ngrok\s+authtoken|ngrok\s+config\s+add-authtoken"
    r"|railway\s+login|npm\s+token\s+revoke|op\s+signin|bw\s+unlock|cloudflared\s+service\s+install"
    r"|infisical\s+login|doctl\s+auth\s+init\s+-t|kubeadm\s+token\s+create)\s{1,2}"
    r"(?:-\S+\s+)*[\"']?(?P<argument>(?![-.$<])[^\s\"']{6,})"
    r"|(?:rabbitmqctl\s+(?:add_user|change_password)|htpasswd\s+-\w*b\w*(?:\s+(?!-)\S+)?|wpa_passphrase"
    r"|net\s+user|useradd\s+-p|smbpasswd)\s+[\"']?[\w.@-]{1,64}[\"']?\s+[\"']?(?P<second>(?!-)[^\s\"'/]{4,})"
    r"|echo\s+[\"']?[\w.-]{1,40}:(?P<piped>[^\s\"']{3,})[\"']?\s*\|\s*(?:sudo\s+)?chpasswd"
    r"|echo\s+(?:-n\s+)?[\"']?(?P<echoed>[^\s\"'$|]{4,})[\"']?\s*\|[^\n|]{0,80}?(?:--password-stdin|--stdin"
    r"|sudo -S|--passphrase-fd|--with-token|base64|passwd)"
    r"|(?:smbclient|rpcclient|smbmap|winexe|net\s+rpc|nmblookup)\b[^\n|;]{0,200}?\s-U\s?[\"']?[\w\\.@-]{1,64}%"
    r"(?P<percent>[^\s\"']{3,})"
    r"|(?:xfreerdp|mstsc|cmdkey|net\s+use|runas)\b[^\n|;]{0,200}?\s/(?:p|pass|password):(?P<slash>[^\s\"']{3,})"
    r"|-(?:command|cmd)[\s=]+[\"']?(?:echo|printf)\s+[\"']?(?P<printed>[^\s\"'$]{4,})"
    r")"
)
_COMMAND_GROUPS: Final = (
    *("glued", "basic", "ssh", "apart", "openssl", "argument", "second", "piped", "echoed"),
    *("percent", "slash", "printed"),
)
_COMMAND_SEED: Final = (
    r"(?:mysql|maria|mongo|curl|http|xh|wget|aria2c|lftp|siege|sshpass|docker|podman|nerdctl|skopeo"
    r"|buildah|crane|oras|helm|redis-cli|valkey|openssl|keytool|jarsigner|sqlcmd|bcp|ldap|7z|rar|zip|\boc|\baz"
    r"|\bab|cqlsh|influx|arangosh|clickhouse|mosquitto|ipmitool|plink|pscp|psftp|putty|rdesktop|psexec|snowsql"
    r"|[vnt]z?sql|gsql|rclone|gpg|snmp|hashcat|wpa_|ansible|svn|\bhg|beeline|cypher|vault|snyk|ngrok"
    r"|railway|npm|\bop|\bbw|cloudflared|infisical|doctl|kubeadm|rabbitmqctl|htpasswd|net|useradd|smb"
    r"|rpcclient|winexe|nmblookup|freerdp|mstsc|cmdkey|runas|echo|sqlplus|dp|exp|imp|sqlldr|rman)[\w-]*[\s\"',]"
    r"|-(?:command|cmd)[\s=]"
)
# Lower-case parts of these commands; see `named_marks`.
_COMMAND_MARKS: Final = (
    *("mysql", "maria", "mongo", "curl", "http", "xh ", "wget", "aria2c", "lftp", "siege", "ab "),
    *("docker", "podman", "nerdctl", "skopeo", "buildah", "crane", "oras", "helm", "oc ", "az "),
    *("redis-cli", "valkey", "openssl", "jarsigner", "sqlcmd", "bcp", "ldap", "7z", "rar", "zip"),
    *(
        "cqlsh",
        "influx",
        "arangosh",
        "clickhouse",
        "mosquitto",
        "ipmitool",
        "plink",
        "pscp",
        "psftp",
    ),
    *("putty", "rdesktop", "psexec", "sql", "rclone", "gpg", "snmp", "hashcat", "wpa_", "ansible"),
    *("svn", "hg ", "beeline", "cypher", "vault", "snyk", "ngrok", "railway", "npm", "op ", "bw "),
    *("cloudflared", "infisical", "doctl", "kubeadm", "rabbitmq", "net ", "useradd", "smb"),
    *("rpcclient", "winexe", "nmblookup", "freerdp", "mstsc", "runas", "echo ", "rman"),
    *("-command", "-cmd", "expdp", "impdp", "exp ", "imp "),
)


_UNQUOTED: Final = str.maketrans("\"',", "   ")


def _as_typed(text: str) -> tuple[str, ...]:
    """Return a text, and an array of arguments as on a command line: `["x", "-p", "y"]`."""
    is_array = '","' in text or '", "' in text or "', '" in text
    return (text, text.translate(_UNQUOTED)) if is_array else (text,)


def _find_options(text: str) -> Iterator[Finding]:
    for one in _as_typed(text):
        for match in _OPTION.finditer(one):
            is_flag = match["value"].startswith("-") or _ADDRESS.match(match["value"])
            if is_secret_name(match["name"]) and not is_flag:
                start, stop = match.span("value")
                if not _is_prose(match["value"]) and not _is_code(one, start, stop):
                    yield Finding(start, stop, PASSWORD)


def _find_in_commands(text: str) -> Iterator[Finding]:
    for one in _as_typed(text):
        for match in _COMMANDS.finditer(one):
            for group in _COMMAND_GROUPS:
                if match[group] and not _is_placeholder(match[group]):
                    yield Finding(*match.span(group), PASSWORD)


# -- pairs and elements ------------------------------------------------------------------------

_Q: Final = r"\\{0,8}[\"']"
_PAIRS: Final = (
    # Objects and elements with a name and a value
    Pattern(
        rf"\b(?:name|key|field|header|id|k|n)(?:{_Q})?\s{{0,4}}[:=]\s{{0,4}}{_Q}(?P<name>[^\""
        rf"'\\]{{2,80}}){_Q}"
        rf"[^<>{{}}\n]{{0,80}}?\b(?:value|val|v|content|data|text)(?:{_Q})?\s{{0,4}}[:=]\s{{0"
        rf",4}}{_Q}(?P<value>[^\"'\\]{{3,}})"
    ),
    # Defaults of variables: `process.env.JWT_SECRET || 'x'`
    Pattern(
        r"\b(?P<name>[A-Za-z][\w]{2,60})\s{0,4}(?:\|\||\?\?)\s{0,4}[\"'](?P<value>[^\s\"'\\]{6,200})[\"']"
    ),
    # Fields of forms
    Pattern(r"\btype=[\"'](?P<name>password)[\"'][^<>]{0,200}?\bvalue=[\"'](?P<value>[^\"']{3,})"),
    # Elements with such a tag or name
    Pattern(
        r"<(?:\w{1,40}:)?(?P<name>[^\s<>/!?\"'=]{2,80})(?:\s[^<>]{0,200})?>(?P<value>[^<>]{3,})</"
    ),
    Pattern(
        r"<\w{1,40}\s[^<>]{0,100}?(?:name|key|id)=[\"'](?P<name>[^\"'<>]{2,80})[\"'][^<>]{0,1"
        r"00}>(?P<value>[^<>]{3,})</"
    ),
    # Changes of one member, as in JSON Patch, and a value before its name
    Pattern(
        rf"\b(?:path|pointer|target|property|attribute|member|variable|setting|option)(?:{_Q})?\s{{0,4}}[:=]\s{{0,4}}{_Q}"
        rf"(?P<name>[^\"'\\]{{2,120}}){_Q}[^<>{{}}\n]{{0,80}}?\b(?:value|val|content|data)(?:{_Q})?\s{{0,4}}[:=]\s{{0,4}}{_Q}"
        r"(?P<value>[^\"'\\]{3,})"
    ),
    Pattern(
        rf"\b(?:value|val|content|data)(?:{_Q})?\s{{0,4}}[:=]\s{{0,4}}{_Q}(?P<value>[^\"'\\]{{3,400}}){_Q}\s{{0,4}},"
        rf"[^<>{{}}\n]{{0,80}}?\b(?:path|pointer|property|attribute|name|key|field)(?:{_Q})?\s{{0,4}}[:=]\s{{0,4}}{_Q}"
        rf"(?P<name>[^\"'\\]{{2,120}}){_Q}"
    ),
    # Lists in YAML
    Pattern(
        r"\bname:\s{0,4}[\"']?(?P<name>[\w.-]{2,80})[\"']?\s{0,8}\r?\n\s{0,40}value:\s{0,4}["
        r"\"']?(?P<value>[^\s\"']{3,})"
    ),
    # Blocks of configuration with a name and a value
    Pattern(
        r"\b(?:variable|secret|param|parameter|setting|property|env|input|output|key)\s{1,4}[\"'](?P<name>[^\"'"
        r"\n]{2,80})[\"']\s{0,4}\{[^{}]{0,200}?\b(?:default|value)\s{0,8}=\s{0,8}[\"'](?P<value>[^\"'\n]{3,})"
    ),
    # Forms of several parts
    Pattern(
        r"\bname=\\{0,8}[\"'](?P<name>[^\"'\\]{2,80})\\{0,8}[\"'](?:;[^\r\n]{0,200})?\r?\n(?:"
        r"[^\r\n]{1,200}\r?\n){0,4}\r?\n(?P<value>[^\r\n]{3,})"
    ),
    Pattern(
        r"\b(?:configure|config)\s{1,2}set\s{1,2}(?P<name>[\w.-]{2,60})\s{1,2}(?P<value>\S{3,})"
    ),
)
# In a list of names, other names stand behind a name: a value must not look like one.
_LISTS: Final = (
    # Arrays of a name and a value
    Pattern(
        rf"{_Q}(?P<name>[^\"'\\]{{2,80}}){_Q}\s{{0,4}},\s{{0,4}}{_Q}(?P<value>[^\"'\\]{{3,}}){_Q}(?!\s{{0,4}}:)"
    ),
    # Configuration files of one name and one value a line
    Pattern(
        r"(?m)^[ \t]{0,20}(?:set(?:[ \t]-\w{1,3})?[ \t]{1,4}|export[ \t]{1,4})?(?P<name>[A-Za"
        r"-z][\w.-]{2,60})[ \t]{1,8}(?P<value>[^\s;=:]{6,});?[ \t]{0,4}$"
    ),
)
_SHORTEST_LISTED: Final = 20


def _is_no_name(value: str) -> bool:
    """Return whether a value is probably not a name: long, or with digits or mixed case."""
    is_mixed = value[1:] != value[1:].lower() and value != value.upper()
    return is_mixed or len(value) >= _SHORTEST_LISTED or _DIGIT.search(value) is not None


def _find_pairs(text: str) -> Iterator[Finding]:
    for pattern in (*_PAIRS, *_LISTS):
        for match in pattern.finditer(text):
            # Names may be paths in a store: `app/db/password`.
            name, value = match["name"].rpartition("/")[2], match["value"]
            if not is_secret_name(name) or _is_label(value.strip()) or "${" in value:
                continue
            if pattern in _LISTS and not _is_no_name(value):
                continue
            yield Finding(*match.span("value"), PASSWORD)


_PASS_FILE: Final = Pattern(
    r"(?m)^[ \t]*[\w.*-]{1,200}:(?:\d{2,5}|\*):[\w*-]{1,80}:[\w.*@-]{1,80}:(?P<value>[^\s:]{4"
    r",}(?::[^\s:]+)*)[ \t]*$"
)
_NET_FILE: Final = Pattern(
    r"\b(?:machine|default|login)\b[^\n]{0,200}?\s+(?:login\s+\S{1,80}\s+)?password\s+(?P<val"
    r"ue>\S+)"
)


def _find_files(text: str) -> Iterator[Finding]:
    for pattern in (_PASS_FILE, _NET_FILE):
        for match in pattern.finditer(text):
            yield Finding(*match.span("value"), PASSWORD)


# -- headers, cookies, URLs --------------------------------------------------------------------

_SCHEME: Final = Pattern(
    r"\b(?P<scheme>Bearer|Basic|Digest|Negotiate|Token|ApiKey|SSWS)(?:\s"
    r"|\+){1,4}(?P<value>[\w.~+/=:-]{8,})",
    re.IGNORECASE,
)
_HEADER: Final = Pattern(
    r"\b(?:proxy-|x-)?authorization\\{0,8}[\"']?\s{0,4}[:=]\s{0,4}\\{0,8}[\"']?(?P<value>(?:Dige"
    r"st|AWS4|Hawk|OAuth|Signature|Custom)[^\r\n]{8,})",
    re.IGNORECASE,
)
# A scheme that heapnb does not know, and what is behind it.
_ANY_SCHEME: Final = Pattern(
    r"\b(?:proxy-|x-)?authorization\\{0,8}[\"']?\s{0,4}[:=,]\s{0,4}\\{0,8}[\"']?"
    r"[A-Za-z][\w-]{1,30}[ +](?:[\w-]{1,20}=\\?\"?)?(?P<value>[\w.~+/=:$-]{8,})",
    re.IGNORECASE,
)
_COOKIE_HEADER: Final = Pattern(
    r"\b(?:set-)?cookie\\{0,8}[\"']?\s{0,4}:\s{0,4}\\{0,8}[\"']?([^\r\n\"'\\]{3,})", re.IGNORECASE
)
_URL: Final = Pattern(
    r"[a-z][a-z0-9+.-]{1,20}://(?P<who>[^\s\"'<>`]{1,500})@(?=[\w\[])", re.IGNORECASE
)
_WEB: Final = Pattern(
    r"(?:https?|wss?|file|git\+https?|git|node|webpack|chrome-extension|blob):", re.IGNORECASE
)
_PORT: Final = Pattern(r"[^:/@]*:\d{1,5}/")
_VARIABLE: Final = Pattern(
    r"\b[A-Z][A-Z0-9_]*(?:KEY|TOKEN|SECRET|PASS|PASSWD|PASSWORD|PWD|CREDENTIALS?|AUTH|DSN)"
    r"(?:_[A-Z0-9]+)?=[\"']?([^\s\"'&;]{3,})"
)
_SIGNATURE: Final = Pattern(
    r"[?&#](?:X-Amz-(?:Signature|Credential|Security-Token)|X-Goog-(?:Signature"
    r"|Credential)|sig|signature|hmac)=([^&\s\"'\\]{8,})",
    re.IGNORECASE,
)
# Names that mean something else outside of a query.
_QUERY: Final = Pattern(
    r"[?&#](?:code|key|k|hash|state|nonce|t|s|ticket|assertion|apikey)=(?P<value>[^&\s\"'\\#]{16,})"
)
# Values of any other name that only a machine can have drawn.
_ANY_QUERY: Final = Pattern(r"[?&](?P<name>[\w.-]{1,40})=(?P<value>[\w.~+/%-]{20,})")
_PUBLIC_QUERY: Final = Pattern(
    r"(?:v|ver|version|rev|revision|h|id|.*[_-]?id|.*I[dD]|uuid|guid|[gfmy]\w*clid|msclkid|_?utm_?\w*|cache"
    r"|cb|build|chunk|commit|sha\d*|etag|digest|integrity|checksum|q|query|search|w|file|filename|img"
    r"|image|url|uri|path|src|trace|traceparent|request|continue|cursor|after|before|since|page|offset|next"
    r"|prev|ref|referrer|ts|time|lang|locale|redirect\w*|return\w*|callback|sort|filter|scope|fields"
    r"|code_challenge|md5|crc|x-amz-date|x-amz-signedheaders|x-amz-algorithm|name|title|prompt|text)",
    re.IGNORECASE,
)
_LOCAL_HEX: Final = Pattern(r"[0-9a-f]{32,}", re.IGNORECASE)


_COOKIE: Final = Pattern(r"(?P<name>[\w.$%-]{1,80})=(?P<value>[^;]*)")
_OF_COOKIES: Final = frozenset(
    ("path", "domain", "expires", "max-age", "samesite", "priority", "version", "comment")
)


def _has_secret_cookie(header: str) -> bool:
    """Return whether a header of cookies has one that is more than a preference."""
    cookies = list(_COOKIE.finditer(header))
    if not cookies:
        return _DIGIT.search(header) is not None and " " not in header.strip()
    return any(
        len(one["value"].strip()) >= _SHORTEST_COOKIE or is_secret_name(one["name"])
        for one in cookies
        if one["name"].lower() not in _OF_COOKIES
        and one["value"].strip()
        and not _is_prose(one["value"])
    )


_SHORTEST_COOKIE: Final = 8


def _find_in_headers(text: str) -> Iterator[Finding]:
    for match in _SCHEME.finditer(text):
        word = match["value"]
        # The next word may be an ordinary one, such as "authentication".
        is_word = word.isalpha() and word[1:] == word[1:].lower() and len(word) <= _LONGEST_WORD
        is_telling = match["scheme"].lower() not in {"token", "apikey"} or _DIGIT.search(word)
        if not is_word and is_telling:
            yield Finding(*match.span("value"), AUTHORIZATION)
    for match in _HEADER.finditer(text):
        yield Finding(*match.span("value"), AUTHORIZATION)
    for match in _ANY_SCHEME.finditer(text):
        if _DIGIT.search(match["value"]) or is_made_up(match["value"]):
            yield Finding(*match.span("value"), AUTHORIZATION)
    for match in _COOKIE_HEADER.finditer(text):
        if _has_secret_cookie(match[1]):
            yield Finding(*match.span(1), COOKIE)
    for pattern in (_VARIABLE, _SIGNATURE):
        for match in pattern.finditer(text):
            if not (is_public_variable(match[0]) or _CODE.match(match[1])):
                yield Finding(*match.span(1), ENVIRONMENT if pattern is _VARIABLE else API_KEY)


def _find_in_queries(text: str) -> Iterator[Finding]:
    for match in _QUERY.finditer(text):
        if _DIGIT.search(match["value"]) and _LETTER.search(match["value"]):
            yield Finding(*match.span("value"), API_KEY)
    for match in _ANY_QUERY.finditer(text) if "?" in text or "&" in text else ():
        value = match["value"]
        is_drawn = _LOCAL_HEX.fullmatch(value) or (_DIGIT.search(value) and is_made_up(value))
        if is_drawn and not _PUBLIC_QUERY.fullmatch(match["name"]):
            yield Finding(*match.span("value"), API_KEY)


def is_public_variable(assigned: str) -> bool:
    """Return whether an assigned variable is public, such as ``NEXT_PUBLIC_KEY=x``."""
    return "PUBLIC_" in assigned.partition("=")[0]


_SHORTEST_TOKEN: Final = 16
# Web hooks and links that are sent: who knows the address may use it.
_IN_PATH: Final = Pattern(
    r"/(?P<name>(?:web)?-?hooks?|reset|verify|confirm|invite|invitation|activate|magic|unsubscribe"
    r"|tokens?|reset-password|password-reset|magic-link|set-password|verify-email|confirm-email"
    r"|accept-invite|join|shared?|secret|session|one-time|otp|sso)/(?:[\w.~-]{1,20}/){0,2}?"
    r"(?P<value>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w.~=-]{16,200})(?=[\s\"'<>?#/),;\]]|\Z)"
)


def _find_in_paths(text: str) -> Iterator[Finding]:
    for match in _IN_PATH.finditer(text):
        value = match["value"]
        is_hook = "hook" in match["name"]
        is_drawn = _LOCAL_HEX.fullmatch(value) or (_DIGIT.search(value) and is_made_up(value))
        if is_drawn or (is_hook and _UUID.fullmatch(value)):
            yield Finding(*match.span("value"), API_KEY)


_UUID: Final = Pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PUBLIC_USER: Final = Pattern(r"@[\w.-]*(?:sentry|glitchtip|bugsink)")


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
        if _is_placeholder(text[colon + 1 : stop]) or text.startswith("${", colon + 1):
            continue
        if colon > 0:
            yield Finding(start, colon, URL_PASSWORD)
            yield Finding(colon + 1, stop, URL_PASSWORD)
        elif _PUBLIC_USER.match(text, stop):
            continue
        elif stop - start >= _SHORTEST_TOKEN or _DIGIT.search(who):
            # Without a password, a user is one only if it is a token: `https://x1y2…@host`.
            yield Finding(start, stop, URL_PASSWORD)


def find_named(text: str) -> Iterator[Finding]:
    """Find values that are secret because of a name of a secret that stands before them."""
    rules = (_find_assignments, _find_told, _find_options, _find_pairs, _find_rows, _find_lists)
    for rule in (*rules, _find_blocks):
        yield from _without_placeholders(text, rule(text))


def find_in_protocols(text: str) -> Iterator[Finding]:
    """Find values that are secret because of where they stand in a language or protocol."""
    rules = (_find_in_urls, _find_in_headers, _find_in_queries, _find_in_languages)
    for rule in (*rules, _find_in_commands, _find_files, _find_signed_in):
        yield from _without_placeholders(text, rule(text))


def named_seed() -> str:
    """Return the seed of `find_named`."""
    return rf"(?i:{ascii_marks()}|codes?\b)"


def named_marks() -> str:
    """Return the marks of `find_named`; see `heapnb.secrets.findings.Family`."""
    return rf"{name_marks()}|codes?\b"


PROTOCOL_SEED: Final = (
    r"(?i:\b(?:bearer|basic|digest|negotiate|token|apikey|ssws)[\s+]|authorization|cookie"
    r"|://[^\s\"'<>`]+@|[?&#](?:x-amz-|x-goog-|sig|hmac|state=|nonce=|hash=|[kts]=|ticket="
    r"|assertion=|code=|key=|apikey=)|identified|password|log(?:ged)?[ -]?(?:in|on)\b"
    r"|sign(?:ed)?[ -]?in\b|cred|crypt|hmac|jdbc:oracle)"
    r"|AUTH|PASS|LOGIN|IDENTIFY|SASL|APOP|OPER\s|ACCT|XCLIENT|\d\slogin\s|[?&][\w.-]+=[\w.~+/%-]{20}"
    r"|(?i:nickserv|\w\(\s*(?:\w[\w.]*\(\s*)?[bru]?[\"'`]|,\s*(?:\w[\w.]*\(\s*)?[bru]?[\"'`]|\.keys\s*=|keys\s*:\s*\[)"
    rf"|[A-Z]=[^\s]|[A-Z0-9]=[^\s]|{_COMMAND_SEED}"
    r"|:(?:\d{2,5}|\*):[\w*-]{1,80}:[\w.*@-]{1,80}:"
)


def compile_named() -> None:
    """Compile the long patterns, which takes a third of a second."""
    for make in (_name, _spoken, _said, _before_name, _yours, _lists, _phrases):
        make()


@cache
def protocol_marks() -> str:
    """Return the marks of `find_in_protocols`; see `heapnb.secrets.findings.Family`."""
    own = ("bearer", "basic", "digest", "negotiate", "token", "apikey", "ssws", "://", "?", "&")
    more = ("#", "identified", "password", "login", "log in", "logged", "log on", "logon", "sign")
    rest = ("cred", "identify", "auth", "pass", "jdbc:", "cookie", "crypt", "hmac", ":*:", "=")
    lines = ("sasl", "apop", "oper ", "acct", "xclient", "nickserv", "(", "keys:")
    ports = (f":{digit}" for digit in range(10))
    return any_of(shortest((*own, *_COMMAND_MARKS, *more, *rest, *lines, *ports)))


def find_sent(text: str) -> Iterator[Finding]:
    """Find codes and addresses that are sent to somebody, and are secret until they are used."""
    yield from _find_codes(text)
    yield from _find_in_paths(text)


SENT_SEED: Final = (
    r"(?is:(?:code|kod|koo|codig|pin|otp|tan)\w{0,6}\W.*\s\d{3}|\s\d{3}.*(?:code|kod|koo|codig|pin|otp"
    r"|tan|verif|log|sign|anmeld|connex|confirm))"
    r"|/[a-z-]*(?:hooks?|reset|verify|confirm|invite|invitation|activate|magic|unsubscribe|tokens?"
    r"|password|email|link|join|shared?|secret|session|time|otp|sso)/[\w.~=/-]{16}"
)
SENT_MARKS: Final = (
    r"code|kod|koo|codi|códi|pin|otp|tan|код|пин|コード|[码碼]|코드|번호|verif|log|sign|anmeld|connex"
    r"|confirm|hook|reset|invit|activate|magic|unsubscribe|token|password|email|link|join|share"
    r"|secret|session|one-time|sso"
)
