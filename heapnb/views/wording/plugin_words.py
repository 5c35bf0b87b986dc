"""The functions of plug-ins that write about what their detectors found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from heapnb import _plugins
from heapnb._plugins import Plugin, PluginError
from heapnb.analysis.diagnosis.detectors.plugged import PluggedFacts
from heapnb.views.wording.registry import Words


def words_of_plugin(facts: PluggedFacts) -> Words | None:
    """Ask a plug-in for its words about what its detector found.

    Parameters
    ----------
    facts : PluggedFacts
        What it found.

    Returns
    -------
    Words or None
        None if the plug-in has no words, or fails.
    """
    for one in plugged_words():
        if one.plugin.name == facts.kind and one.plugin.problem is None:
            with one.plugin.guarded():
                return _checked(one.value(facts.found))
    return None


def plugged_words() -> tuple[_plugins.Plugged[Callable[[Any], Any]], ...]:
    """Return the functions of plug-ins that write about facts."""
    return _plugins.loaded(_plugins.WORDS, _writer)


def _writer(plugin: Plugin, value: Any) -> Callable[[Any], Any]:
    del plugin
    if not callable(value):
        raise PluginError("it must be a function of facts that returns Words.")
    function: Callable[[Any], Any] = value
    return function


def _checked(words: Any) -> Words:
    if not isinstance(words, Words) or not all(isinstance(one, str) and one for one in words):
        raise PluginError("its function must return Words with an explanation and a fix.")
    return Words(*(one.strip() for one in words))


__all__ = ["plugged_words", "words_of_plugin"]
