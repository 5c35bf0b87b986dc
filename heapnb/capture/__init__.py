"""Capture heap snapshots of programs."""
