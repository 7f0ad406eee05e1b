"""Nobody else on a machine reads a home: every file and folder is private from its first moment."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from orchestration.company_defaults import initialise_home
from orchestration.errors import ConfigurationError
from orchestration.landing import InboxReport, land_company_configuration, open_refresh
from orchestration.observed_refresh import observed
from orchestration.private_files import file_mask
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home, Settings
from orchestration.workshop import hold_refresh_lock


@pytest.fixture(autouse=True)
def an_open_machine() -> Iterator[None]:
    """The mask of a machine on which everybody reads everything."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def opened(root: Path, mask: int = 0o077) -> list[str]:
    return [
        f"{stat.S_IMODE(path.lstat().st_mode):04o} {path.relative_to(root.parent)}"
        for path in [root, *root.rglob("*")]
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & mask
    ]


def test_init_makes_a_private_home_below_folders_that_were_not_there(
    cosell: Callable, tmp_path: Path
) -> None:
    assert cosell("--home", tmp_path / "one" / "two", "init").exit_code == 0
    assert opened(tmp_path / "one") == []


def test_what_a_refresh_writes_is_private_whoever_asks_for_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    session = RefreshSession(Settings(home, "duckdb", 1))
    initialise_home(home)
    with hold_refresh_lock(home), observed(session):
        session.end_landing(InboxReport(), land_company_configuration(home))
        session.open_workshop(open_refresh(home, date(2026, 2, 9)))
        import duckdb

        duckdb.connect(str(home.warehouse)).close()
    # Only the file of the lock is made before the refresh begins; its folder is private.
    assert [each for each in opened(home.root) if not each.endswith("refresh.lock")] == []
    assert os.umask(0o022) == 0o022


@pytest.mark.slow
def test_the_demo_home_is_private(demo_home: Home) -> None:
    assert opened(demo_home.root) == []


@pytest.mark.parametrize(("written", "mask"), [("", 0o077), ("077", 0o077), ("0027", 0o027)])
def test_the_group_may_be_let_in_and_nobody_else(written: str, mask: int) -> None:
    assert file_mask({"COSELL_UMASK": written}) == mask


@pytest.mark.parametrize("written", ["022", "0", "000", "777", "abc", "0o077"])
def test_an_open_mask_is_refused(written: str) -> None:
    with pytest.raises(ConfigurationError, match="use 077"):
        file_mask({"COSELL_UMASK": written})
