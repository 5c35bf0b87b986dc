"""What a sampling heap profile says about a suspect."""

from __future__ import annotations

from heapnb.analysis.diagnosis.sampled_allocations import SampledRemark
from heapnb.views import fmt
from heapnb.views.wording.phrases import function_at
from heapnb.views.wording.registry import sentence_for


@sentence_for.register(SampledRemark)
def _sampled(remark: SampledRemark) -> str:
    callees = " and what it calls" if remark.is_with_callees else ""
    return (
        f"By the sampled heap profile, {fmt.format_percent(remark.share)} of the live bytes "
        f"({fmt.format_bytes(remark.size)}) were allocated in "
        f"{function_at(remark.function, remark.location)}{callees}."
    )
