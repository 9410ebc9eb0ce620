"""What wishloop needs from the machine before Django starts: the data folder, its secrets, the embedded database."""
