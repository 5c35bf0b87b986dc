"""Kernel tests: the first call of a kernel compiles it, so that no single call is timed."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("kernels", deadline=None)
settings.load_profile("kernels")
