"""Errands that cross modules, one file each."""
