"""Template tags of people and accounts."""
