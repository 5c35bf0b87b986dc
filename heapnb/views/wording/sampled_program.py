"""What a sampling heap profile says about the whole program."""

from __future__ import annotations

from heapnb.analysis.diagnosis.sampled_allocations import SampledProgram
from heapnb.views import fmt
from heapnb.views.wording.phrases import function_at


def sampled_program(found: SampledProgram) -> str:
    """Say which function of the program allocated most.

    Parameters
    ----------
    found : SampledProgram
        The facts.

    Returns
    -------
    str
        A sentence.
    """
    if found.function is None:
        return "The sampled heap profile has no allocation that is alive."
    return (
        f"Sampled allocations: {fmt.format_percent(found.share)} of the live bytes "
        f"({fmt.format_bytes(found.size)} of {fmt.format_bytes(found.sampled_size)}) were "
        f"allocated in {function_at(found.function, found.location)}."
    )


__all__ = ["sampled_program"]
