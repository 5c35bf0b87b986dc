"""Whether a series shows a leak, of what, why, and what to change."""
