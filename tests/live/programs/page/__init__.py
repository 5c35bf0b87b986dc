"""A page, and what a user does on it."""
