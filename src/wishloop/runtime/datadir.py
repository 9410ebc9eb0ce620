"""The data folder: where an installation keeps everything that is its own."""

from __future__ import annotations

import os
from pathlib import Path

ENVIRONMENT_NAME = "WISHLOOP_DATA"
DEFAULT_NAME = ".wishloop"


def data_dir() -> Path:
    """Return the absolute data folder, from ``WISHLOOP_DATA`` or ``.wishloop`` in the working folder.

    Creates it, readable by its owner only, apart from the right to pass through: the embedded database runs under a
    system user of its own when wishloop runs as root.
    """
    path = Path(os.environ.get(ENVIRONMENT_NAME) or DEFAULT_NAME).expanduser().resolve()
    if not path.exists():
        path.mkdir(parents=True)
        path.chmod(0o711)
    return path
