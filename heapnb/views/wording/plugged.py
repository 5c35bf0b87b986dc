"""Sentences about what detectors of plug-ins find."""

from __future__ import annotations

from heapnb.analysis.diagnosis.detectors.other import OtherFacts
from heapnb.analysis.diagnosis.detectors.plugged import PluggedFacts
from heapnb.views.wording.plugin_words import words_of_plugin
from heapnb.views.wording.registry import Words, words_for


@words_for.register(PluggedFacts)
def _plugged(facts: PluggedFacts) -> Words:
    """Ask the plug-in for its words; without any, say that objects accumulate."""
    words = words_of_plugin(facts) or words_for(OtherFacts(facts.group, facts.anchor))
    return Words(
        f"{words.explanation} The plug-in {facts.source} recognises this cause.", words.fix
    )
