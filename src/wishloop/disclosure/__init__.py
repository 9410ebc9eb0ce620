"""What the public sees: masked wishes, the map, figures. Read-only, with shapes of its own (F21, F22)."""
