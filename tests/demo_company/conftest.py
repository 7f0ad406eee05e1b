"""One tiny demo company for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.demo_company import DemoStory, write_demo

from .story_files import StoryFiles


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> DemoStory:
    home: Path = tmp_path_factory.mktemp("northwind") / "home"
    return write_demo(home, "tiny", seed=1)


@pytest.fixture(scope="session")
def files(tiny: DemoStory) -> StoryFiles:
    return StoryFiles(tiny.home)
