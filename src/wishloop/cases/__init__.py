"""The loop: states, deadlines, responsibility and history of anything that must come back closed (F17)."""
