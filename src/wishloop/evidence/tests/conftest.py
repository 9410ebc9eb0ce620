"""Files of each test in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """Keep this test's files in a folder of its own, and return it."""
    root = tmp_path / "media"
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "location": str(root)}
    settings.STORAGES = {**settings.STORAGES, "default": {**default, "OPTIONS": options}}
    return root
