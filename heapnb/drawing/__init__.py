"""Retaining paths drawn as graphs: what is drawn, how it is folded, and how it is laid out."""
