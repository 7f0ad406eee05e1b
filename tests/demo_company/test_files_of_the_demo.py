"""What is written: always the same bytes, in the systems' own dialects, believable throughout."""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from openpyxl import load_workbook

from orchestration.demo_company import DemoStory, write_demo
from orchestration.demo_company.partners import STATES, Partner, partners_of
from orchestration.demo_company.sizes import SIZES

from .story_files import StoryFiles, company_day, moment, rows_of

REP_ID = "005"


def fingerprint(home: Path) -> dict[str, str]:
    """The hash of every file below a home."""
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def test_equal_seeds_give_equal_bytes_and_other_seeds_other_files(
    tiny: DemoStory, tmp_path: Path
) -> None:
    again = write_demo(tmp_path / "again", "tiny", seed=1)
    other = write_demo(tmp_path / "other", "tiny", seed=2)
    assert fingerprint(again.home) == fingerprint(tiny.home)
    assert fingerprint(other.home) != fingerprint(tiny.home)
    assert again.rows == tiny.rows


def test_unknown_size_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tiny, small, medium, large"):
        write_demo(tmp_path, "huge", seed=1)


def test_progress_only_moves_forward(tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []
    write_demo(tmp_path / "home", "tiny", 3, lambda message, share: heard.append((message, share)))
    assert all(before[1] <= after[1] for before, after in pairwise(heard))
    assert heard[-1][1] == 1.0 and all(message for message, _ in heard)


def test_story_covers_six_quarters_a_close_and_weekly_refreshes(tiny: DemoStory) -> None:
    assert tiny.close_quarter == "FY2027-Q2"
    assert tiny.refresh_days[0] < date(2026, 7, 31) < tiny.refresh_days[1]
    assert tiny.refresh_days == sorted(set(tiny.refresh_days)) and len(tiny.refresh_days) >= 4
    closes = rows_of(tiny.home, "quarter_closes", "quarter_closes")
    quarters = [row["fiscal_quarter"] for row in closes]
    assert quarters[-6:] == [
        *("FY2026-Q1", "FY2026-Q2", "FY2026-Q3", "FY2026-Q4", "FY2027-Q1", "FY2027-Q2"),
    ]


def test_landing_folders_are_days_and_no_file_is_empty(tiny: DemoStory) -> None:
    files = [path for path in (tiny.home / "inbox").rglob("*") if path.is_file()]
    assert len(files) == tiny.files
    for path in files:
        assert date.fromisoformat(path.parent.name) <= tiny.refresh_days[-1]
        assert path.stat().st_size > 40, path


def test_exports_hold_only_what_happened_before_them(tiny: DemoStory) -> None:
    for name in ("Account", "Opportunity", "OpportunityHistory", "Task", "Event", "User"):
        for path in sorted((tiny.home / "inbox" / "salesforce").glob(f"*/{name}.csv")):
            exported_on = date.fromisoformat(path.parent.name)
            with path.open(encoding="utf-8", newline="") as file:
                late = [
                    row["Id"]
                    for row in csv.DictReader(file)
                    if company_day(moment(row["SystemModstamp"])) > exported_on
                ]
            assert late == [], path


def test_every_reference_between_objects_resolves(files: StoryFiles) -> None:
    for row in files.opportunities.values():
        assert row["AccountId"] in files.accounts and row["OwnerId"] in files.users
    for row in files.accounts.values():
        assert row["OwnerId"] in files.users
        for other in (row["ParentId"], row["MasterRecordId"]):
            assert not other or other in files.accounts
    for row in files.users.values():
        assert not row["ManagerId"] or row["ManagerId"] in files.users
    for _, row in files.activities:
        what = row["WhatId"]
        assert not what or what in files.opportunities or what in files.accounts
        assert row["OwnerId"].startswith(REP_ID)


def test_nobody_is_their_own_manager_today(files: StoryFiles) -> None:
    for user_id in files.users:
        seen, at = set(), user_id
        while at:
            assert at not in seen, user_id
            seen.add(at)
            at = files.users[at]["ManagerId"]


def test_partner_files_are_read_by_what_their_feed_says(tiny: DemoStory) -> None:
    for partner in partners_of(SIZES["tiny"]):
        feed = yaml.safe_load(
            (tiny.home / "config" / "feeds" / f"{partner.partner_id}.yaml").read_text()
        )
        assert feed["coverage"] == partner.coverage and feed["mode"] == partner.mode
        deliveries = sorted((tiny.home / "inbox" / partner.partner_id).glob("*/accounts.*"))
        assert bool(deliveries) == partner.delivers_rows
        if deliveries:
            assert set(feed["columns"].values()) <= set(headers_of(deliveries[-1]))
            assert set(feed["values"]["status"].values()) == set(STATES)


def headers_of(path: Path) -> list[str]:
    """The first row of a delivery, or the keys of its first object."""
    if path.suffix == ".jsonl":
        first = yaml.safe_load(path.read_text(encoding="utf-8").splitlines()[0])
        return list(first)
    if path.suffix == ".parquet":
        return list(pq.read_schema(path).names)
    delimiter = "\t" if path.suffix == ".tsv" else ","
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file, delimiter=delimiter))


def test_dialects_and_coverages_of_twelve_partners() -> None:
    partners = partners_of(SIZES["small"])
    assert len(partners) == 12 and len(partners_of(SIZES["large"])) == 15
    coverages = [partner.coverage for partner in partners]
    assert (coverages.count("full_list"), coverages.count("overlap_only")) == (8, 3)
    assert coverages.count("counts_only") == 1
    assert {partner.dialect.file_format for partner in partners} == {
        *("csv", "tsv", "xlsx", "jsonl", "parquet"),
    }
    assert {partner.dialect.dates for partner in partners} == {"iso", "us", "eu_dot", "excel"}


def test_workbooks_open_in_a_spreadsheet_library(tmp_path: Path) -> None:
    import pyarrow as pa

    from orchestration.demo_company.workbook import write_workbook

    path = tmp_path / "list.xlsx"
    table = pa.table(
        {
            "Name": ["Müller & Söhne <GmbH>", None],
            "Employees": pa.array([12, None], pa.int32()),
            "Since": pa.array([date(2024, 2, 29), None], pa.date32()),
        }
    )
    write_workbook(path, table, "Accounts")
    rows = list(load_workbook(path)["Accounts"].iter_rows(values_only=True))
    assert rows[0] == ("Name", "Employees", "Since")
    assert rows[1][:2] == ("Müller & Söhne <GmbH>", 12)
    assert rows[1][2].date() == date(2024, 2, 29)


def test_some_reps_engage_partners_and_some_never_do(tiny: DemoStory) -> None:
    touches: dict[str, int] = {}
    for row in pq.read_table(tiny.truth / "ae_quarters.parquet").to_pylist():
        if row["metric"] == "partner_touches" and row["case"] is None:
            touches[row["rep_id"]] = touches.get(row["rep_id"], 0) + int(row["actual"])
    assert min(touches.values()) == 0 and max(touches.values()) > 15


def test_partner_kinds_that_cases_need_are_in_every_size() -> None:
    wanted = {"largest", "successor", "customer", "acquired", "departed", "delta", "counts_only"}
    for size in SIZES.values():
        partners: list[Partner] = partners_of(size)
        assert wanted <= set().union(*(partner.roles for partner in partners))
