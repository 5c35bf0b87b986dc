"""What keeps objects alive: paths, references, culprits and what-if."""
