"""Rows of nodes: labels, keys, order and pages; every tree ends in these."""
