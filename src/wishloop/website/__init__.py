"""Shell, components and assets of every page."""
