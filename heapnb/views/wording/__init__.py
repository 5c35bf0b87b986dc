"""Sentences about a diagnosis: the one place that writes them.

Analyses return facts. Each kind of facts has one function here, in the module of its family, which
`Suspect.explanation` and `Suspect.fix` reach through the port of `heapnb._showing`.
"""

from __future__ import annotations

from heapnb.views.wording import families as _families
from heapnb.views.wording.known import known_text, origin_text
from heapnb.views.wording.sampled_program import sampled_program
from heapnb.views.wording.suspects import explanation_of, fix_of
from heapnb.views.wording.verdicts import reason_of

del _families

__all__ = ["explanation_of", "fix_of", "known_text", "origin_text", "reason_of", "sampled_program"]
