"""Sampling heap profiles: which functions allocated what is alive."""
