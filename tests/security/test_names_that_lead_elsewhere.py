"""Ids and names that people type or partners choose are values: no path, no SQL, no pattern."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.company_status import company_status
from orchestration.doctor import examine
from orchestration.errors import ConfigurationError, CosellError
from orchestration.landing import (
    ensure_landing_schema,
    land_company_configuration,
    land_file,
    land_inbox,
    open_refresh,
    read_journal,
)
from orchestration.release import read_release
from orchestration.routing.partner_sheets import folder_name
from orchestration.settings import Home, load_settings
from tests.landing.conftest import AS_OF, copy_of_home

HOSTILE_IDS = (
    "../../outside",
    "/etc/passwd",
    "..",
    ".",
    "current",
    "x' or 1=1 --",
    "x'; drop schema core cascade; --",
    "x\"; attach 'outside.db' as o; --",
    "$(touch outside)",
    "a\nb",
    "a\x00b",
    "*",
    "[a-z]",
    "%",
    "x" * 300,
    "",
)


@pytest.mark.parametrize("identifier", HOSTILE_IDS)
def test_a_release_is_found_by_its_name_and_nowhere_else(home: Home, identifier: str) -> None:
    outside = home.root.parent / "outside"
    outside.mkdir(exist_ok=True)
    outside.joinpath("manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CosellError):
        read_release(home, identifier)


@pytest.mark.parametrize("identifier", HOSTILE_IDS)
def test_a_partner_of_any_name_has_a_plain_folder(identifier: str) -> None:
    name = folder_name(identifier)
    assert name.replace("-", "").replace("_", "").isalnum() and name.isascii() and len(name) < 80
    others = [each for each in HOSTILE_IDS if each != identifier]
    assert name not in {folder_name(each) for each in others}


TYPED_IDS = (
    "../../outside",
    "x' or 1=1; drop schema core cascade; --",
    "x\"; attach 'outside.db' as o; --",
    "$(touch outside)",
    "[bold]x[/]",
)
VERBS: tuple[tuple[str, ...], ...] = (
    ("explain", "{id}"),
    ("explain", "{id}", "{id}"),
    ("verify", "{id}"),
    ("rollback", "{id}"),
    ("close", "{id}", "--signed-by", "{id}"),
    ("routes", "show", "--rep", "{id}"),
    ("review", "--manager", "{id}"),
    ("who-engages", "--partner", "{id}"),
    ("who-engages", "--quarter", "{id}"),
    ("partners", "receipt", "{id}"),
    ("partners", "offboard", "{id}", "--by", "{id}", "--reason", "{id}"),
    ("matches", "accept", "{id}", "--reason", "{id}", "--by", "{id}"),
    ("audit", "sample", "--quarter", "{id}", "--n", "1", "--seed", "1"),
    ("policy", "diff", "current", "{id}"),
    ("land", "{id}", "{id}"),
    ("feeds", "fetch", "{id}"),
    ("crm", "pull", "{id}"),
)


@pytest.mark.slow
def test_no_verb_takes_an_id_for_anything_else(
    demo_home: Home, cosell: Callable, tmp_path: Path
) -> None:
    """On a home without its workshop, which no verb of these may need before it has looked."""
    home = Home(tmp_path / 'it\'s a "home"; --')
    for part in ("config", "releases", "landing"):
        shutil.copytree(demo_home.root / part, home.root / part, symlinks=True)
    before = {path for path in tmp_path.rglob("*") if home.root not in path.parents}
    released = sorted(path.name for path in home.releases.iterdir())
    for verb in VERBS:
        for identifier in TYPED_IDS:
            arguments = [each.format(id=identifier) for each in verb]
            result = cosell("--home", home.root, *arguments, folder=tmp_path)
            assert "Traceback" not in result.errors
            assert "Unexpected" not in result.errors, (verb, identifier, result.errors)
            assert result.exit_code != 0, (verb, identifier, result.output)
    assert {path for path in tmp_path.rglob("*") if home.root not in path.parents} == before
    assert sorted(path.name for path in home.releases.iterdir()) == released


@pytest.mark.parametrize("name", ["it's", 'say "no"', "semi;colon", "äöü 株式", "%s $(x)"])
def test_a_home_of_any_name_lands_and_is_told_of(
    prepared_root: Path, tmp_path: Path, name: str
) -> None:
    home = copy_of_home(prepared_root, tmp_path / name)
    folder = home.inbox / "acme" / AS_OF.isoformat()
    folder.mkdir(parents=True)
    good = "partner_account_id,account_name,website,status\nA1,Contoso,contoso.com,Customer\n"
    folder.joinpath("list.csv").write_text(good + "A1,Again,,Customer\n,Nobody,,Customer\n")
    assert land_inbox(home).refused == []
    land_company_configuration(home)
    refresh = open_refresh(home)
    assert refresh.is_new and open_refresh(home).refresh_id == refresh.refresh_id
    entry = next(each for each in read_journal(home) if each.feed == "acme")
    assert entry.rows == entry.good + entry.quarantined == 3
    assert company_status(home).refused[0].rows_count >= 1
    examined = examine(load_settings(home.root))
    assert not [one for one in examined.findings if "could not be looked at" in one.sentence]


@pytest.mark.parametrize("value", ["x'; drop table t; --", "'", '"', "\\", "{{ x }}", "${HOME}"])
def test_a_value_of_a_feed_is_never_sql(home: Home, tmp_path: Path, value: str) -> None:
    """Words, constants and headers of a feed's file reach queries as values."""
    quoted = "'" + value.replace("'", "''") + "'"
    home.feeds.joinpath("acme.yaml").write_text(
        "feed: acme\nsource: bilateral\npartner_id: acme\nmode: full\ncoverage: full_list\n"
        f"partner_name: {quoted}\n"
        f"columns: {{partner_account_id: {quoted}, account_name: name, status: status}}\n"
        f"values: {{status: {{{quoted}: customer}}}}\n",
        encoding="utf-8",
    )
    file = tmp_path / "list.csv"
    header = '"' + value.replace('"', '""') + '"'
    file.write_text(f"{header},name,status\nA1,{header},{header}\n", encoding="utf-8")
    ensure_landing_schema(home)
    landed = land_file(home, "acme", file, AS_OF)
    assert (landed.good, landed.quarantined) == (1, 0), landed.message
    (row,) = duckdb.sql(
        "select partner_account_id, account_name, status from read_parquet("
        f"'{home.landing}/bilateral/partner_accounts/[1-9]*.parquet')"
    ).fetchall() or [None]
    assert row == ("A1", value, "customer")


@pytest.mark.parametrize("name", ["[home]", "a*", "what?", "{a,b}"])
def test_a_home_whose_path_is_a_pattern_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="choose another path"):
        load_settings(tmp_path / name)
