"""Making heap snapshots: programs run with an agent in them that writes some."""
