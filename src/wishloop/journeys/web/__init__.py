"""Pages of errands that cross modules."""
