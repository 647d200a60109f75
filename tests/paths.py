"""Where the data beside the project is, for tests that use it when it is there."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
shared_only = pytest.mark.skipif(not SHARED.is_dir(), reason="the data folder beside the project is not there")
