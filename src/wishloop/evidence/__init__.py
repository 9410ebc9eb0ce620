"""Photos, videos and papers that show what was done, checked by content and stripped before anyone sees them."""
