"""Who should grant which wish: proposals by a pure solver, for a person to decide."""
