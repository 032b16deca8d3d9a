"""Places: lists of regions and municipalities, and their outlines, read as records."""
