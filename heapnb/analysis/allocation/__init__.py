"""Where and when the objects of a heap were allocated: questions to allocation time lines."""
