"""A session of a refresh over a small dbt project."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.dbt_invocation import DbtProject
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home, Settings
from tests.orchestration.small_project import FILES


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RefreshSession:
    folder = tmp_path / "project"
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    home = Home(tmp_path / "home")
    home.root.mkdir()
    found = RefreshSession(Settings(home, "duckdb", 1))
    found.__dict__["project"] = DbtProject(found.settings, folder)
    return found
