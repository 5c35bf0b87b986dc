"""Programs that run: load, recordings and observation, up to the verdict."""
