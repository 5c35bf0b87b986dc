"""Likely secrets and personal data in texts that are shown.

A heap holds every credential its program uses, and names of properties are data too: a table of
sessions has their tokens for keys. What is shown is passed around, so what looks like a secret is
replaced. This is a safety net, not a proof.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "•••"
"""Stands for what was taken out."""

_MIN_DIGIT_RUNS: Final = 3

_TOKENS = re.compile(
    r"""
    -----BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY-----[\s\S]*       # PEM
    | \beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?                    # JSON web token
    | \b(?:sk|pk|rk|whsec)[_-][\w-]{16,}                        # payment and AI providers
    | \b(?:gh[pousr]_|github_pat_|glpat-|npm_|pypi-)[\w-]{16,}  # forges and registries
    | \bxox[abeoprs]-[\w-]{10,}                                 # chat
    | \b(?:AKIA|ASIA)[0-9A-Z]{12,}                              # clouds
    | \bAIza[\w-]{20,}
    | \b[0-9a-fA-F]{32,}\b                                      # keys and digests in hex
    | \b(?:eyJ[\w-]{8,}|[0-9a-fA-F]{12,})…                     # what is cut short already
    """,
    re.VERBOSE,
)
_RANDOM = re.compile(r"(?<![\w+/-])(?:[\w+-]{12,}…|[\w+-]{32,}={0,2}(?![\w+/-]))")
_CREDENTIALS_OF_URL = re.compile(
    r"(?P<keep>[a-z][a-z0-9+.-]{1,20}://)[^\s/@]{1,500}@", re.IGNORECASE
)
_SCHEME = re.compile(r"\b(?P<keep>(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE)
_ASSIGNMENT = re.compile(
    r"""
    (?P<keep>
        (?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key|authorization
          |credential|cookie|session[_-]?id)s?
        ["']?\s{0,4}[=:]\s{0,4}["']?
    )
    [^\s"'&;,}]{3,}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ADDRESS = re.compile(
    r"\b[\w.+-]{1,64}@(?=[a-z][\w-]{0,62}(?:\.[\w-]{1,63})*\.[a-z]{2,24}\b)", re.IGNORECASE
)


def mask_secrets(text: str) -> str:
    """Replace what looks like a secret, or like a mail address.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The same, with `MASK` in place of tokens, keys, passwords and names before an ``@``.

    Examples
    --------
    >>> mask_secrets("postgres://app:hunter2@db/shop, token=abc123")
    'postgres://•••@db/shop, token=•••'
    >>> mask_secrets("CachedSearch in lib/searchCache.js:6:14")
    'CachedSearch in lib/searchCache.js:6:14'
    """
    text = _TOKENS.sub(MASK, text)
    text = _RANDOM.sub(_mask_random, text)
    for pattern in (_CREDENTIALS_OF_URL, _SCHEME, _ASSIGNMENT):
        text = pattern.sub(_keep_start, text)
    return _ADDRESS.sub(f"{MASK}@", text)


def _keep_start(match: re.Match[str]) -> str:
    is_url = match[0].endswith("@")
    return f"{match['keep']}{MASK}{'@' if is_url else ''}"


def _mask_random(match: re.Match[str]) -> str:
    """Tell what a machine made up from long names that a person did."""
    text = match[0]
    n_digit_runs = len(re.findall(r"\d+", text))
    has_both_cases = text != text.lower() and text != text.upper()
    return MASK if n_digit_runs >= _MIN_DIGIT_RUNS and has_both_cases else text
