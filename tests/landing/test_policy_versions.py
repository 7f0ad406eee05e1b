"""What landed under a policy version stays the content of that version."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.company_defaults import initialise_home
from orchestration.errors import ConfigurationError
from orchestration.landing import land_company_configuration
from orchestration.settings import Home

DAY = date(2026, 3, 2)
HEADER = "policy_version,effective_from,business_days_after_quarter_end,reason\n"
SIGNED = "2026.1,1998-01-01,3,Three business days let late records of the quarter arrive\n"


@pytest.fixture
def home(tmp_path) -> Home:
    found = Home(tmp_path / "home")
    initialise_home(found)
    land_company_configuration(found, DAY)
    return found


def write(home: Home, rows: str) -> None:
    (home.policies / "quarter_close.csv").write_text(HEADER + rows, encoding="utf-8")


def landed_policies(home: Home) -> list[str]:
    return [landed.table for landed in land_company_configuration(home, DAY)]


def test_another_number_under_the_same_version_is_refused_in_one_sentence(home: Home) -> None:
    before = sorted(path.name for path in home.journal.glob("*.json"))
    write(home, SIGNED.replace(",3,", ",5,"))
    with pytest.raises(ConfigurationError) as refused:
        land_company_configuration(home, DAY)
    sentence = str(refused.value)
    assert "config/policy/quarter_close.csv" in sentence
    assert "'2026.1'" in sentence
    assert "policy_version of its own" in sentence
    assert "\n" not in sentence
    assert sorted(path.name for path in home.journal.glob("*.json")) == before


def test_a_row_that_joins_a_signed_version_is_refused(home: Home) -> None:
    write(home, SIGNED + "2026.1,2027-01-01,5,Later\n")
    with pytest.raises(ConfigurationError, match=r"2026\.1"):
        land_company_configuration(home, DAY)


def test_a_new_version_lands_beside_the_old_one(home: Home) -> None:
    write(home, SIGNED + "2027.1,2027-01-01,5,Later\n")
    assert landed_policies(home) == ["quarter_close"]


def test_a_version_may_return_as_it_was(home: Home) -> None:
    write(home, "2027.1,1998-01-01,5,Later\n")
    assert landed_policies(home) == ["quarter_close"]
    write(home, SIGNED)
    assert landed_policies(home) == ["quarter_close"]


def test_the_same_number_in_another_spelling_is_no_change(home: Home) -> None:
    write(home, SIGNED.replace(",3,", ",03,"))
    assert landed_policies(home) == ["quarter_close"]
