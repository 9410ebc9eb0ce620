"""Routes of errands that cross modules."""
