"""``python -m wishloop``."""

from wishloop.cli.main import main

main()
