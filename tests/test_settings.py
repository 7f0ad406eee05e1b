"""Where things lie and what the company is; nothing mistyped is ever ignored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestration import company_defaults
from orchestration.company_defaults import initialise_home, write_company_defaults
from orchestration.errors import ConfigurationError
from orchestration.settings import LITTLE_LANDED_BYTES, Home, load_company, load_settings

COMPANY = {
    "name": "Acme",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "fiscal_year_start_month": "4",
    "week_starts_on": "sunday",
    "holidays_country": "NO",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def write_company(home: Home, **changes: str | None) -> None:
    values = {**COMPANY, **changes}
    home.config.mkdir(parents=True, exist_ok=True)
    home.company_file.write_text(
        "".join(f"{key}: {value}\n" for key, value in values.items() if value is not None)
    )


def test_a_company_is_read_as_it_is_written(home: Home) -> None:
    write_company(home)
    company = load_company(home)
    assert (company.name, company.time_zone, company.currency) == ("Acme", "Europe/Berlin", "EUR")
    assert company.fiscal_year_start_month == 4
    assert company.week_starts_on == "sunday"
    assert company.holidays_country == "NO", "Norway, not false"
    assert company.engine == "duckdb"


@pytest.mark.parametrize(
    ("title", "changes", "parts"),
    [
        ("an unknown key", {"curency": "EUR"}, ["'curency' is not known", "'currency'"]),
        ("a missing key", {"name": None}, ["name is missing"]),
        ("a bad zone", {"time_zone": "Europe/Berlim"}, ["'Europe/Berlim'", "'Europe/Berlin'"]),
        ("a zone that is a path", {"time_zone": "../etc/passwd"}, ["no IANA time zone"]),
        ("a bad currency", {"currency": "EURO"}, ["currency is 'EURO'", "ISO 4217"]),
        ("a bad month", {"fiscal_year_start_month": "13"}, ["fiscal_year_start_month", "'13'"]),
        ("no month", {"fiscal_year_start_month": "May"}, ["fiscal_year_start_month", "'May'"]),
        ("a bad weekday", {"week_starts_on": "mo"}, ["week_starts_on", "monday"]),
        ("unknown managers", {"managers_from": "boss"}, ["managers_from", "role_tree"]),
        ("a bad country", {"holidays_country": "Germany"}, ["holidays_country", "two letters"]),
        ("a bad engine", {"engine": "oracle"}, ["engine is 'oracle'", "duckdb, ducklake, spark"]),
        ("two calendars", {"fiscal_calendar": "years.csv"}, ["are both given"]),
    ],
)
def test_a_bad_company_names_key_and_mend(home: Home, title: str, changes, parts) -> None:
    write_company(home, **changes)
    with pytest.raises(ConfigurationError) as refused:
        load_company(home)
    assert "config/company.yaml" in str(refused.value)
    for part in parts:
        assert part in str(refused.value)


def test_a_company_that_is_not_there_says_how_to_write_one(home: Home) -> None:
    with pytest.raises(ConfigurationError, match="cosell init"):
        load_company(home)


def test_the_environment_is_read_and_outranked_by_arguments(home: Home, monkeypatch) -> None:
    monkeypatch.setenv("COSELL_HOME", str(home.root))
    monkeypatch.setenv("COSELL_ENGINE", "spark")
    monkeypatch.setenv("COSELL_THREADS", "3")
    settings = load_settings()
    assert (settings.home, settings.engine, settings.threads) == (home, "spark", 3)
    assert re.fullmatch(r"[1-9]\d*MiB", settings.memory), "half of what there is"
    monkeypatch.setenv("COSELL_MEMORY", "4 GiB")
    assert load_settings().dbt_environment()["COSELL_MEMORY"] == "4 GiB"
    other = load_settings(home.root / "other", engine="duckdb")
    assert (other.home.root.name, other.engine) == ("other", "duckdb")


def test_without_environment_the_company_says_the_engine(home: Home) -> None:
    assert load_settings(home.root).engine == "duckdb"
    write_company(home, engine="spark")
    assert load_settings(home.root).engine == "spark"


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("COSELL_HOEM", "x", "COSELL_HOME"),
        ("COSELL_ENGINE", "oracle", "'oracle'"),
        ("COSELL_THREADS", "many", "'many'"),
        ("COSELL_THREADS", "0", "1 to 256"),
        ("COSELL_MEMORY", "plenty", "'plenty'.* 4GiB"),
        ("COSELL_MEMORY", "0 GB", "4GiB"),
        ("COSELL_MEMORY", "4GiB'; drop table x", "4GiB"),
    ],
)
def test_a_bad_variable_raises(home: Home, monkeypatch, name: str, value: str, part: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=part):
        load_settings(home.root)


def test_what_dbt_is_told_is_absolute(home: Home, monkeypatch) -> None:
    monkeypatch.chdir(home.root.parent)
    environment = load_settings(Path("home")).dbt_environment()
    assert environment["COSELL_WAREHOUSE"] == str(home.warehouse)
    assert environment["COSELL_LANDING"] == str(home.landing)


def test_a_query_is_shared_between_threads_where_much_has_landed(home: Home, monkeypatch) -> None:
    monkeypatch.setenv("COSELL_THREADS", "3")
    settings = load_settings(home.root)
    assert settings.dbt_environment()["COSELL_QUERY_THREADS"] == "1"
    home.landing.mkdir(parents=True)
    with home.landing.joinpath("much.parquet").open("wb") as file:
        file.truncate(LITTLE_LANDED_BYTES + 1)
    assert settings.dbt_environment()["COSELL_QUERY_THREADS"] == "3"


def test_variables_that_were_written_for_dbt_do_not_move_another_home(
    home: Home, monkeypatch
) -> None:
    monkeypatch.setenv("COSELL_WAREHOUSE", "elsewhere.duckdb")
    monkeypatch.setenv("COSELL_LANDING", "elsewhere")
    assert load_settings(home.root).dbt_environment()["COSELL_LANDING"] == str(home.landing)


def test_a_new_home_gets_every_default_and_keeps_what_is_there(home: Home) -> None:
    home.config.mkdir(parents=True)
    home.company_file.write_text("mine")
    written = initialise_home(home)
    assert home.company_file.read_text() == "mine"
    assert home.config / "README.txt" in written
    defaults = Path(company_defaults.__file__).parent / "policy"
    assert (
        {path.name for path in home.policies.iterdir()}
        == {path.name for path in defaults.glob("*.csv")}
        > {"attribution_windows.csv", "route_limits.csv"}
    )
    assert (home.feeds / "example_partner.yaml.example").is_file()
    assert {path.stem for path in home.feeds.glob("*.yaml")} == {
        path.name for path in home.inbox.iterdir()
    }
    assert write_company_defaults(home) == []


def test_every_default_is_explained(home: Home) -> None:
    initialise_home(home)
    explained = (home.config / "README.txt").read_text()
    for path in home.config.rglob("*"):
        if path.is_file() and path.name != "README.txt":
            assert path.stem in explained or path.name in explained, path


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="--home or COSELL_HOME"):
        initialise_home(Home(tmp_path / "file" / "home"))
