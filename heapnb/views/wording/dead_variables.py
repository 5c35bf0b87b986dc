"""Sentences about dead captured variables: how they are known, and what is not known."""

from __future__ import annotations

from heapnb.views import fmt


def evidence_sentence(evidence: str | None, n_judged: int, n_unknown: int) -> str:
    """Say from what dead variables are known, and of how many variables nothing is known.

    Parameters
    ----------
    evidence : {"scopes", "source text"} or None
        See `heapnb.decode.dead_variables.DeadVariables`.
    n_judged, n_unknown : int
        Captured variables that were judged, and those of which nothing is known.

    Returns
    -------
    str

    Examples
    --------
    >>> evidence_sentence("source text", 64, 0)
    'Derived from the source text of functions: 64 captured variables.'
    """
    judged = fmt.plural(n_judged, "captured variable")
    rest = f"; nothing is known of {n_unknown:,} others" if n_unknown else ""
    if evidence == "scopes":
        return f"Known from the scopes that the file lists: {judged}{rest}."
    if evidence == "source text":
        return f"Derived from the source text of functions: {judged}{rest}."
    return (
        "Unknown: the file lists no scopes, and the source text of the program's functions is "
        "missing. Give the folder with the sources (source_root, --source-root)."
    )
