"""Property tests: no single example is timed, because the first one may compile kernels."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "property", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150
)
settings.load_profile("property")
