"""Programs that run: what is recorded and watched, and what remains afterwards."""
