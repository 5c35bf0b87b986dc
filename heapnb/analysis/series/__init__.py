"""Several snapshots of one program: growth, survivors, comparison."""
