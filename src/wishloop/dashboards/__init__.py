"""What staff see: today, inbox, the case page, figures. Read-only."""
