"""A closed quarter is held against what was signed and published for it, posting by posting."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations.verdict import GateResult
from orchestration.errors import ReleaseError
from orchestration.release import PublicTable, publish, verify_quarter
from orchestration.release.quarter_verification import (
    CLOSES,
    LEDGER,
    POSTING_COLUMNS,
    quarter_of_release,
)
from orchestration.release.release_folder import Release, current_release
from orchestration.settings import Settings
from tests.release.conftest import FACTS

QUARTER = "FY2027-Q1"
TABLES = (
    PublicTable("attribution", "fct_attribution_ledger"),
    PublicTable("attribution", "rpt_quarter_closes"),
)
POSTINGS = {"aa11": "100.00", "aa22": "7.50", "bb33": "0.01"}
SIGNED_ON = date(2026, 5, 4)


def row_of(posting_id: str, amount: str) -> list[str | None]:
    values: dict[str, str | None] = dict.fromkeys(POSTING_COLUMNS, "x")
    values |= {"posting_id": posting_id, "opportunity_id": f"of {posting_id}"}
    values |= {"posted_quarter": QUARTER, "amount_company_currency": amount, "rep_id": None}
    return [values[name] for name in POSTING_COLUMNS]


def hash_of(postings: dict[str, str]) -> str:
    """The hash as docs/audit describes it: of postings, of those that begin alike, of all."""

    def sha256(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    groups: dict[str, list[str]] = {}
    for posting_id, amount in sorted(postings.items()):
        text = "|".join("∅" if value is None else value for value in row_of(posting_id, amount))
        groups.setdefault(posting_id[:2], []).append(sha256(text))
    return sha256(", ".join(sha256(", ".join(found)) for _, found in sorted(groups.items())))


Ledger = Callable[..., Release]


@pytest.fixture
def publish_ledger(settings: Settings, gate: GateResult) -> Ledger:
    """Publish postings, and the hash that the release says of them (None: not closed)."""

    def now(
        postings: dict[str, str], said: str | None, number: int = 1, as_of: date = FACTS.as_of
    ) -> Release:
        with duckdb.connect(str(settings.home.warehouse)) as connection:
            columns = ", ".join(f"{name} varchar" for name in POSTING_COLUMNS)
            connection.execute(f"create or replace table {LEDGER} ({columns})")
            marks = ", ".join("?" for _ in POSTING_COLUMNS)
            other = row_of("zz99", "5.00")
            other[POSTING_COLUMNS.index("posted_quarter")] = "FY2027-Q2"
            rows = [row_of(*posting) for posting in postings.items()]
            connection.executemany(f"insert into {LEDGER} values ({marks})", [*rows, other])
            connection.execute(
                f"create or replace table {CLOSES} as select ? as fiscal_quarter, "
                "? as postings_sha256, ? as postings_count where ?",
                [QUARTER, said or "", len(postings), said is not None],
            )
        facts = replace(FACTS, refresh_id=f"refresh-{number}", refresh_number=number, as_of=as_of)
        publish(settings, [gate], tables=TABLES, facts=facts)
        release = current_release(settings.home)
        assert release is not None
        return release

    return now


@pytest.fixture(autouse=True)
def sign(settings: Settings) -> Callable[..., None]:
    """Land signatures: (hash, who, known since which refresh, day of the batch)."""
    folders = [
        settings.home.landing / "cosell" / name for name in ("quarter_freezes", "landed_batches")
    ]

    def land(*signatures: tuple[str, str, int, date]) -> None:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(
                "create table freezes (fiscal_quarter text, postings_sha256 text, postings_count"
                " text, signed_by text, signed_on text, _batch_id text, _as_of date);"
                "create table batches (batch_id text, refresh_number text)"
            )
            for number, (signed, who, refresh_number, day) in enumerate(signatures):
                connection.execute(
                    "insert into freezes values (?, ?, '3', ?, ?, ?, ?)",
                    [QUARTER, signed, who, SIGNED_ON.isoformat(), f"b{number}", day],
                )
                connection.execute(
                    "insert into batches values (?, ?)", [f"b{number}", str(refresh_number)]
                )
            for table, folder in zip(("freezes", "batches"), folders, strict=True):
                connection.execute(f"copy {table} to '{folder / 'all.parquet'}' (format parquet)")

    land()
    return land


def rewrite(file: Path, statement: str) -> None:
    """Change the ledger in a Parquet file, as somebody who wants another figure would."""
    file.chmod(0o644)
    with duckdb.connect() as connection:
        connection.execute(f"create table ledger as from read_parquet('{file}')")
        connection.execute(statement)
        connection.execute(f"copy ledger to '{file}' (format parquet)")


def rewrite_database(release: Release, statement: str) -> None:
    release.database.chmod(0o644)
    release.path.chmod(0o755)
    with duckdb.connect(str(release.database)) as connection:
        connection.execute(statement.replace("ledger", LEDGER))


def test_a_quarter_that_is_as_it_was_signed_and_published_is_intact(
    settings: Settings, publish_ledger: Ledger, sign: Callable[..., None]
) -> None:
    sign((hash_of(POSTINGS), "Dana", 1, SIGNED_ON))
    release = publish_ledger(POSTINGS, hash_of(POSTINGS))
    found = verify_quarter(settings.home, QUARTER)
    assert found.is_intact
    assert (found.sha256, found.postings_count) == (hash_of(POSTINGS), 3)
    assert (found.fiscal_quarter, found.release_id) == (QUARTER, release.release_id)
    assert found.recorded_by == (
        "what Dana signed on 2026-05-04",
        f"what release {release.release_id} published",
    )


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "update ledger set amount_company_currency = '8.00' where posting_id = 'aa22'",
            "posting aa22 of opportunity of aa22 has amount_company_currency 8.00 and had 7.50",
        ),
        (
            "delete from ledger where posting_id = 'aa22'",
            "posting aa22 of opportunity of aa22 is gone",
        ),
        (
            "insert into ledger select * replace ('aa00' as posting_id) from ledger "
            "where posting_id = 'aa11'",
            "posting aa00 of opportunity of aa11 was added",
        ),
        (
            "update ledger set rep_id = '' where posting_id = 'aa11'",
            "posting aa11 of opportunity of aa11 has rep_id  and had ∅",
        ),
    ],
)
def test_the_first_posting_that_differs_is_named(
    settings: Settings, publish_ledger: Ledger, statement: str, told: str
) -> None:
    release = publish_ledger(POSTINGS, hash_of(POSTINGS))
    rewrite(release.table_file(LEDGER), statement)
    found = verify_quarter(settings.home, QUARTER)
    assert not found.is_intact
    assert found.differences == (
        f"tables/{LEDGER}.parquet is not what release {release.release_id} published: {told}",
    )


def test_where_both_files_were_changed_an_earlier_release_says_what_was_right(
    settings: Settings, publish_ledger: Ledger
) -> None:
    first = publish_ledger(POSTINGS, hash_of(POSTINGS))
    second = publish_ledger({**POSTINGS, "aa11": "1.00"}, hash_of(POSTINGS), number=2)
    assert first.release_id != second.release_id
    found = verify_quarter(settings.home, QUARTER)
    told = "posting aa11 of opportunity of aa11 has amount_company_currency 1.00 and had 100.00"
    assert [one.partition(": ")[2] for one in found.differences] == [told, told]
    assert [one.split(" ")[0] for one in found.differences] == [
        f"tables/{LEDGER}.parquet",
        second.database.name,
    ]


def test_where_nothing_right_is_left_the_counts_are_told(
    settings: Settings, publish_ledger: Ledger
) -> None:
    said = hash_of({**POSTINGS, "bb33": "0.02"})
    publish_ledger(POSTINGS, said)
    found = verify_quarter(settings.home, QUARTER)
    told = f"3 postings with the hash {hash_of(POSTINGS)[:12]}, recorded were 3 with {said[:12]}"
    assert [one.partition(": ")[2] for one in found.differences] == [told, told]


def test_of_several_records_the_first_that_differs_is_told(
    settings: Settings, publish_ledger: Ledger, sign: Callable[..., None]
) -> None:
    sign((hash_of(POSTINGS), "Dana", 1, SIGNED_ON))
    release = publish_ledger(POSTINGS, "f" * 64)
    found = verify_quarter(settings.home, QUARTER)
    told = f"what release {release.release_id} published: "
    told += "another hash was recorded for the same postings"
    assert [one.partition(" is not ")[2] for one in found.differences] == [told, told]


def test_a_missing_or_unreadable_file_is_a_difference(
    settings: Settings, publish_ledger: Ledger
) -> None:
    release = publish_ledger(POSTINGS, hash_of(POSTINGS))
    file = release.table_file(LEDGER)
    file.chmod(0o644)
    file.write_bytes(b"PAR1 no more")
    found = verify_quarter(settings.home, QUARTER)
    assert found.differences[0].startswith(f"tables/{LEDGER}.parquet cannot be read (")
    assert (len(found.differences), found.sha256) == (1, hash_of(POSTINGS))
    with pytest.raises(ReleaseError, match=f"ledger of release {release.release_id} cannot be"):
        quarter_of_release(release, QUARTER)
    file.parent.chmod(0o755)
    file.unlink()
    found = verify_quarter(settings.home, QUARTER)
    assert found.differences == (
        f"tables/{LEDGER}.parquet of release {release.release_id} is missing",
    )


def test_a_signature_counts_from_the_refresh_that_learned_of_it_and_the_newest_wins(
    settings: Settings, publish_ledger: Ledger, sign: Callable[..., None]
) -> None:
    sign(
        ("a" * 64, "Too early", 1, date(2026, 5, 1)),
        (hash_of(POSTINGS), "Dana", 1, SIGNED_ON),
        ("b" * 64, "Not yet", 2, date(2026, 5, 9)),
    )
    publish_ledger(POSTINGS, None)
    found = verify_quarter(settings.home, QUARTER)
    assert found.is_intact
    assert found.recorded_by == ("what Dana signed on 2026-05-04",)


def test_what_a_release_of_a_later_day_published_is_no_record_of_an_earlier_one(
    settings: Settings, publish_ledger: Ledger
) -> None:
    publish_ledger(POSTINGS, "f" * 64, number=1, as_of=date(2026, 3, 1))
    release = publish_ledger(POSTINGS, hash_of(POSTINGS), number=2)
    found = verify_quarter(settings.home, QUARTER)
    assert found.recorded_by == (f"what release {release.release_id} published",)
    assert found.is_intact


def test_a_quarter_that_nobody_closed_says_how_to_close_it(
    settings: Settings, publish_ledger: Ledger
) -> None:
    with pytest.raises(ReleaseError, match="There is no current release"):
        verify_quarter(settings.home, QUARTER)
    publish_ledger(POSTINGS, None)
    with pytest.raises(ReleaseError, match=f"{QUARTER} is not closed in release .* `cosell close"):
        verify_quarter(settings.home, QUARTER)
