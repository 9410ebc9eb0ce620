"""The doors a need comes in by: public form, staff entry, files (F1 to F7)."""
