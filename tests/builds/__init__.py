"""Wheels and sdists: the same bytes from each build, and what they need to run."""
