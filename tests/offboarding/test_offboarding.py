"""A partner leaves: nothing of it is left, nobody else's data moved, the ledger is as it was."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.company_status import company_status, next_steps
from orchestration.errors import CosellError
from orchestration.file_shares import fetch_shares
from orchestration.landing import land_file, land_inbox, open_refresh, read_journal
from orchestration.landing.contracts import declared_table
from orchestration.landing.journal import SCHEMA_FILE
from orchestration.landing.partner_rows import NAMING_COLUMNS
from orchestration.offboarding import find_offboarding, offboard, plan_offboarding
from orchestration.offboarding import offboarding as steps
from orchestration.offboarding.kept_releases import OF_THE_PARTNER, RULES, rule_of
from orchestration.offboarding.landed_batches import EVIDENCE, LISTS
from orchestration.refresh_session import RefreshSession
from orchestration.release import list_releases, verify
from orchestration.release.purge_receipts import receipt_file
from orchestration.routing.journal import DeliveryJournal
from orchestration.settings import Home, Settings
from tests.offboarding.conftest import GOES, LEAVER, SECOND, STAYER, STAYS, WEEK


def places_with(home: Home, word: str) -> list[str]:
    """Every place below the home that says a word: bytes, names, Parquet and DuckDB values."""
    return sorted({*_files_with(home, word), *_values_with(home, word)})


def _files_with(home: Home, word: str) -> Iterator[str]:
    for path in home.root.rglob("*"):
        name = path.relative_to(home.root).as_posix()
        if word in name.lower():
            yield f"name of {name}"
        if path.is_file() and not path.is_symlink() and word.encode() in path.read_bytes().lower():
            yield name


def _values_with(home: Home, word: str) -> Iterator[str]:
    with duckdb.connect() as connection:
        for path in (*home.root.rglob("*.parquet"), *home.root.rglob("*.duckdb")):
            name = path.relative_to(home.root).as_posix()
            if name.startswith("landing") and path.name == SCHEMA_FILE:
                continue
            relations = {"": f"read_parquet('{path}')"}
            if path.suffix == ".duckdb":
                connection.execute(f"attach or replace '{path}' as searched (read_only)")
                tables = connection.execute(
                    "select schema_name, table_name from duckdb_tables() "
                    "where database_name = 'searched'"
                ).fetchall()
                relations = {f" {s}.{t}": f'searched."{s}"."{t}"' for s, t in tables}
            for shown, relation in relations.items():
                found = connection.execute(
                    f"select count(*) from {relation} as searched_rows "
                    "where contains(lower(cast(searched_rows as varchar)), ?)",
                    [word],
                ).fetchone()
                if found and found[0]:
                    yield f"{name}{shown}"


def go(settings: Settings) -> dict[str, Any]:
    return offboard(settings, LEAVER, "Dana Reyes", "The agreement has ended").receipt


@pytest.fixture(scope="session")
def left_behind(prepared_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home after the partner has left: read it, never write to it."""
    root = tmp_path_factory.mktemp("left") / "home"
    shutil.copytree(prepared_root, root, symlinks=True)
    go(Settings(home=Home(root), engine="duckdb", threads=2))
    return Home(root)


@pytest.fixture
def receipt(left_behind: Home) -> dict[str, Any]:
    found = find_offboarding(left_behind, LEAVER)
    assert found is not None and not found.is_new
    return found.receipt


def test_nothing_that_the_partner_shared_is_left_anywhere(
    prepared_root: Path, left_behind: Home, receipt: dict[str, Any]
) -> None:
    before = places_with(Home(prepared_root), GOES)
    for place in ("landing", "quarantine", "inbox", "releases", "deliveries", "dagster"):
        assert any(each.startswith(place) for each in before), f"nothing was planted in {place}"
    assert places_with(left_behind, GOES) == []
    assert not left_behind.warehouse.exists()
    assert not left_behind.inbox.joinpath(LEAVER).exists()
    assert (receipt["offboarded_by"], receipt["reason"]) == (
        "Dana Reyes",
        "The agreement has ended",
    )


def test_what_is_not_the_partners_stays_to_the_byte(prepared_root: Path, left_behind: Home) -> None:
    def others(home: Home) -> dict[str, str]:
        kept = (
            *home.landing.glob("bilateral/partner_accounts/*stayer*"),
            *home.landing.glob("salesforce/*/*.parquet"),
            *home.landing.glob("policy/*/*.parquet"),
            *home.landing.glob("settings/*/*.parquet"),
            *home.root.glob("inbox/stayer/**/*.csv"),
            *home.root.glob("inbox/salesforce/**/*.csv"),
            *home.deliveries.glob("*/partners/stayer/*"),
            *home.releases.glob("*/tables/attribution.fct_attribution_ledger.parquet"),
            *home.releases.glob("*/tables/core.dim_accounts.parquet"),
            *home.config.rglob("*.*"),
        )
        return {
            str(path.relative_to(home.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in kept
            if path.is_file()
        }

    def rows(home: Home, table: str) -> list[tuple[object, ...]]:
        return duckdb.execute(
            f"select * from read_parquet('{home.landing}/{table}/[0-9]*.parquet') as landed "
            f"where contains(lower(cast(landed as varchar)), '{STAYS}') "
            "order by _batch_id, _row_number"
        ).fetchall()

    tables = (
        *("crossbeam/account_overlaps", "partnertap/attribution_events", "cosell/weekly_routes"),
        *("templates/partners", "templates/deal_registrations", "templates/partner_touches"),
        *("templates/partner_plan_reviews", "templates/support_log", "templates/match_decisions"),
    )
    before = Home(prepared_root)
    files, landed = others(before), {table: rows(before, table) for table in tables}
    assert len(files) > 20 and all(landed.values())
    assert others(left_behind) == files
    assert {table: rows(left_behind, table) for table in tables} == landed


def test_evidence_stays_without_contacts_and_texts(left_behind: Home) -> None:
    landing = left_behind.landing

    def ask(table: str, columns: str) -> list[tuple[object, ...]]:
        return duckdb.execute(
            f"select {columns} from read_parquet('{landing}/templates/{table}/*.parquet') "
            "where partner_id = 'leaver' order by 1"
        ).fetchall()

    assert ask("partner_touches", "touch_id, contact_email, partner_seller_email, _extra") == [
        ("t1", "known@ours-one.example", "redacted", None),
        ("t2", None, None, None),
    ]
    assert ask("deal_registrations", "registration_id, account_id, account_name, status") == [
        ("r1", "001A", None, "Approved"),
        ("r3", None, None, "Approved"),
    ]
    shared = duckdb.execute(
        f"select customer_of from read_parquet('{landing}/crossbeam/account_overlaps/*.parquet') "
        "where partner_name is null"
    ).fetchall()
    assert shared == [("Stayer Inc.",)]


def test_a_release_says_what_it_lost_and_still_proves_itself(
    prepared_root: Path, left_behind: Home
) -> None:
    home = left_behind
    before = {each.release_id: each.content_hash for each in list_releases(Home(prepared_root))}
    assert {each.release_id: each.content_hash for each in list_releases(home)} == before
    for release_id in before:
        found = verify(home, release_id)
        assert found.differences == ()
        (said,) = found.purges
        assert "purged with the data of leaver" in said
    with duckdb.connect(str(home.current_release / "cosell.duckdb"), read_only=True) as released:
        counts = released.execute(
            "select (select count(*) from account_mapping.fct_account_segments),"
            " (select count(*) from account_mapping.rpt_route_funnel),"
            " (select count(*) from core.dim_companies),"
            " (select count(*) from attribution.fct_attribution_ledger),"
            " (select comment from duckdb_columns() where table_name = 'fct_account_segments'"
            " and column_name = 'partner_id')"
        ).fetchone()
    assert counts == (1, 2, 2, 100, "The partner.")


def test_a_release_that_lost_more_than_its_receipt_says_is_found(
    left_behind: Home, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(left_behind.root, home.root, symlinks=True)
    release = list_releases(home)[-1]
    manifest = release.manifest
    manifest["tables"]["core.dim_accounts"]["purged"] = {"rows": 0, "content_hash": "0" * 64}
    (release.path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = verify(home, release.release_id)
    assert any("lost rows without a receipt" in each for each in found.differences)


def test_a_changed_receipt_is_found(
    left_behind: Home, receipt: dict[str, Any], tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(left_behind.root, home.root, symlinks=True)
    file = receipt_file(home, str(receipt["receipt_id"]))
    changed = {**json.loads(file.read_text(encoding="utf-8")), "reason": "another one"}
    file.write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(CosellError, match="is not what was signed"):
        find_offboarding(home, LEAVER)
    assert not verify(home).is_intact


def test_the_receipt_counts_what_went_and_holds_nothing_of_it(receipt: dict[str, Any]) -> None:
    landing = receipt["landing"]
    assert landing["bilateral.partner_accounts"] == {
        "batches": 2,
        "rows_removed": 8,
        "rows_emptied": 0,
        "refused_rows_emptied": 1,
    }
    assert landing["crossbeam.account_overlaps"]["rows_removed"] == 2
    assert landing["crossbeam.account_overlaps"]["rows_emptied"] == 1
    assert landing["cosell.weekly_routes"]["rows_removed"] == 2
    assert landing["templates.deal_registrations"]["refused_rows_emptied"] == 1
    assert any(
        "1 flags of the partner stand in salesforce" in one for one in receipt["still_to_do"]
    )
    assert any("1 digests" in one for one in receipt["still_to_do"])
    assert GOES not in json.dumps(receipt).lower()


def test_twice_is_once_and_says_when(left_behind: Home, receipt: dict[str, Any]) -> None:
    settings = Settings(home=left_behind, engine="duckdb", threads=2)
    again = offboard(settings, LEAVER, "Somebody Else", "again")
    assert (again.is_new, again.receipt) == (False, receipt)


def test_a_dry_run_changes_nothing(settings: Settings) -> None:
    home = settings.home

    def state() -> dict[str, bytes]:
        return {
            str(path): path.read_bytes()
            for path in home.root.rglob("*")
            if path.is_file() and path.name != ".lock"
        }

    before = state()
    plan = plan_offboarding(settings, LEAVER, "", "")
    assert state() == before
    assert sum(part.removed for part in plan.batches) > 0
    assert all(rows > 0 for rows in plan.release_rows.values())


class _KilledError(BaseException):
    """Stands for a process that ends without another word."""


# Before landing, before the releases, before the receipt, and when half of it is landed.
STEPS = ("purge_batches", "purge_release", "_sign", "_name_rows")


def test_killed_before_each_step_the_next_start_finishes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = settings.home

    def killed(*arguments: object) -> None:
        raise _KilledError

    for step in STEPS:
        with monkeypatch.context() as here:
            here.setattr(steps, step, killed)
            with pytest.raises(_KilledError):
                go(settings)
    # Half of it is gone: nobody refreshes, and nothing of the partner lands meanwhile.
    _refuses_files(home)
    with pytest.raises(CosellError, match="run `cosell partners offboard leaver` again"):
        RefreshSession(settings).open_workshop(open_refresh(home))
    receipt = offboard(settings, LEAVER, "", "").receipt
    assert receipt["offboarded_by"] == "Dana Reyes"
    assert places_with(home, GOES) == []
    assert all(verify(home, each.release_id).is_intact for each in list_releases(home))
    assert not list(home.offboarding.glob("*.begun.json"))


KILLED_PROCESS = """
import os, signal, sys
from pathlib import Path
from orchestration.offboarding import deliveries, kept_releases, landed_batches, offboard
from orchestration.settings import Home, Settings
modules = {"landing": landed_batches, "deliveries": deliveries, "releases": kept_releases}
module = modules[sys.argv[2]]
name, countdown = sys.argv[3], int(sys.argv[4])
whole = getattr(module, name)

def killing(*arguments, **options):
    global countdown
    countdown -= 1
    found = whole(*arguments, **options)
    if countdown == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return found

setattr(module, name, killing)
settings = Settings(home=Home(Path(sys.argv[1])), engine="duckdb", threads=2)
offboard(settings, "leaver", "Dana Reyes", "The agreement has ended")
"""


def test_a_process_that_is_killed_between_two_files_leaves_nothing_behind(
    settings: Settings,
) -> None:
    """Killed for real: no block is left in order, so leftovers of every step stay for the next."""
    home = settings.home
    for moment in (
        ("landing", "_rewrite", "5"),
        ("deliveries", "_copy_journal", "1"),
        ("releases", "write_table_files", "1"),
        ("releases", "_replace_manifest", "1"),
    ):
        command = [sys.executable, "-c", KILLED_PROCESS, str(home.root), *moment]
        killed = subprocess.run(command, capture_output=True, timeout=120, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
        (waiting,) = next_steps(company_status(home))[:1]
        assert waiting.startswith("Finish the off-boarding of leaver")
    go(settings)
    assert places_with(home, GOES) == []
    assert all(verify(home, each.release_id).is_intact for each in list_releases(home))
    assert not list(home.root.rglob("*.unfinished*"))


def _refuses_files(home: Home) -> None:
    file = home.inbox / LEAVER / SECOND.isoformat() / "new.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("partner_account_id,account_name,status\n1,New,customer\n", encoding="utf-8")
    with pytest.raises(CosellError, match=r"leaver, which was off-boarded on .* remove it\.$"):
        land_file(home, LEAVER, file)
    file.unlink()


def test_its_feed_is_closed_and_purged_files_never_return(settings: Settings) -> None:
    home = settings.home
    shared = home.inbox / "overlaps" / "2026-02-02" / "overlaps.csv"
    content = shared.read_text(encoding="utf-8")
    go(settings)
    _refuses_files(home)
    assert not shared.exists()
    shared.parent.mkdir(parents=True, exist_ok=True)
    shared.write_text(content, encoding="utf-8")
    again = home.inbox / "overlaps" / "2026-02-16" / "overlaps.csv"
    again.parent.mkdir(parents=True)
    again.write_text(content, encoding="utf-8")
    report = land_inbox(home)
    sentences = dict(report.refused)
    assert "holds what was purged" in sentences["inbox/overlaps/2026-02-02/overlaps.csv"]
    assert "end the sharing with it" in sentences["inbox/overlaps/2026-02-16/overlaps.csv"]
    header, *rows = content.splitlines(keepends=True)
    again.write_text(header + rows[1], encoding="utf-8")
    shared.unlink()
    (landed,) = land_inbox(home).landed
    assert landed.good == 1


def test_its_share_is_not_fetched_from(left_behind: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(left_behind.root, home.root, symlinks=True)
    home.share_files.mkdir(parents=True, exist_ok=True)
    home.share_files.joinpath("theirs.yaml").write_text(
        f"share: theirs\nfeed: {LEAVER}\nkind: folder\npath: {tmp_path}\n", encoding="utf-8"
    )
    (fetched,) = fetch_shares(home)
    assert fetched.status == "refused" and "was off-boarded on" in fetched.message


def test_the_journal_knows_what_stands_and_not_what_it_said(left_behind: Home) -> None:
    with DeliveryJournal(left_behind, read_only=True) as journal:
        standing = journal.connection.execute(
            "select target, record_key, kind, payload from standing order by 1, 2"
        ).fetchall()
        notes = journal.connection.execute("select count(*) from receipts").fetchone()
    assert [row[:3] for row in standing] == [
        ("salesforce", "001A", "set"),
        ("salesforce", "001B", "set"),
        ("slack", "w r1 user", "post"),
        ("slack", "w r2 user", "post"),
    ]
    assert [row[3] == "{}" for row in standing] == [True, False, True, False]
    assert notes == (4,)
    sheets = left_behind.deliveries / WEEK.isoformat() / "partners"
    assert [path.name for path in sheets.iterdir()] == [STAYER]


def test_a_delivery_that_waits_for_answers_comes_first(settings: Settings) -> None:
    with DeliveryJournal(settings.home) as journal:
        journal.connection.execute(
            "create temp table w as select '001C' as record_key, 'set' as kind, '{}' as payload, "
            "'h' as content_hash, 'leaver' as partner_id"
        )
        journal.intend("salesforce", "there", WEEK, "release", "w")
        journal.attempt("salesforce", "there", "job", journal.open_intents("salesforce", "there"))
    with pytest.raises(CosellError, match="run `cosell routes deliver` first"):
        go(settings)


def test_landing_says_which_batches_may_be_short(left_behind: Home) -> None:
    landing = left_behind.landing
    purged = duckdb.execute(
        "select batch_id, cast(kept_count as bigint) from read_parquet("
        f"'{landing}/cosell/purged_batches/*.parquet')"
    ).fetchall()
    stored = dict(
        duckdb.execute(
            "select regexp_extract(file_name, '([^/]+)[.]parquet$', 1), num_rows from "
            f"parquet_file_metadata('{landing}/*/*/*.parquet')"
        ).fetchall()
    )
    assert purged
    expected = {each.batch_id: each.good for each in read_journal(left_behind)} | dict(purged)
    assert {batch: stored[batch] for batch in expected} == expected


@pytest.mark.parametrize(
    ("partner", "by", "reason", "sentence"),
    [
        ("leavr", "Dana", "why", "There is no partner 'leavr' (did you mean 'leaver'?)"),
        (LEAVER, " ", "why", "name them with --by"),
        (LEAVER, "Dana", "", "write --reason"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    settings: Settings, partner: str, by: str, reason: str, sentence: str
) -> None:
    with pytest.raises(CosellError) as refused:
        offboard(settings, partner, by, reason)
    assert sentence in str(refused.value)
    assert places_with(settings.home, GOES)


def test_other_engines_are_refused(settings: Settings) -> None:
    with pytest.raises(CosellError, match="does not reach the tables that spark keeps"):
        go(dataclasses.replace(settings, engine="spark"))
    settings.home.lake_warehouse.mkdir()
    with pytest.raises(CosellError, match="does not reach the tables that ducklake keeps"):
        go(settings)


def test_the_command_asks_shows_and_lists(cosell, home: Home) -> None:
    def run(*arguments: str) -> object:
        return cosell("--home", home.root, "partners", *arguments)

    dry = run("offboard", LEAVER, "--dry-run")
    assert dry.exit_code == 0 and "8 rows removed" in dry.output and GOES not in dry.output
    assert "add --yes" in run("offboard", LEAVER, "--by", "Dana", "--reason", "over").errors
    done = run("offboard", LEAVER, "--by", "Dana", "--reason", "over", "--yes")
    assert done.exit_code == 0, done.errors
    assert "Still to do" in done.output
    again = run("offboard", LEAVER, "--by", "Dana", "--reason", "over", "--yes")
    assert again.exit_code == 0 and "was off-boarded on" in again.output
    assert "off-boarded" in run("list").output
    assert "The ledger" not in run("receipt", LEAVER).errors
    assert "was not off-boarded" in run("receipt", STAYER).errors


def test_a_partner_name_of_a_platform_alone_is_kept_for_the_ledger(left_behind: Home) -> None:
    rows = duckdb.execute(
        "select partner_name, is_platform_name from read_parquet("
        f"'{left_behind.landing}/cosell/partner_offboardings/[0-9]*.parquet') "
        "where partner_id is not null order by 1"
    ).fetchall()
    assert [name for name, is_platform in rows if is_platform == "true"] == [
        "Leaver Limited",
        "leaver limited",
    ]
    assert ("Leaver Ltd.", "false") in rows


def test_every_public_table_of_the_mapping_is_decided(repository: Path) -> None:
    """A new table without a column partner_id needs a rule: it may be about the partner, too."""
    declared: dict[str, list[str]] = {}
    for file in repository.glob("dbt_project/models/marts/*/*.yml"):
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models") or []:
            columns = [column["name"] for column in model["columns"]]
            declared[f"{file.parent.name}.{model['name']}"] = columns
    undecided = [
        name
        for name, columns in declared.items()
        if name.startswith("account_mapping.")
        and name not in RULES
        and rule_of(name, columns) is not OF_THE_PARTNER
    ]
    assert undecided == []
    for name, rule in RULES.items():
        assert {*rule.emptied} <= {*declared[name]}, f"{name} has lost a column"


def test_every_landed_column_that_may_hold_a_contact_is_decided() -> None:
    """A partner's rows in a table that names partners are a list, or evidence with a rule."""
    for source, name in NAMING_COLUMNS:
        if (source, name) in (("templates", "attribution_overrides"),):
            continue  # Signed by finance: its reasons are the company's own words.
        assert (source, name) in {*LISTS, *EVIDENCE}, f"{source}.{name} is not decided"
        assert {*EVIDENCE.get((source, name), {})} <= {
            *declared_table(source, name).column_names,
            *("_extra", "_original_values"),
        }
