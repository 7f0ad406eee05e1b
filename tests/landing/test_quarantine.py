"""Rows that cannot be read: their reason, their sentence, and that none is lost."""

from __future__ import annotations

import csv
import datetime
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orchestration.errors import CosellError
from orchestration.landing import LandedFile
from orchestration.landing.files import LandingSession, landing_session
from orchestration.settings import Home

GOOD_ROW = "0,Good,2026-02-03,2026-02-03T10:00:00Z,1,1,true"
HEADER = "Id,StageName,CloseDate,CreatedDate,Amount,PushCount,IsWon"

REASONS = [
    # title, row, reason code, parts of the sentence
    (
        "an empty key",
        ",Won,2026-02-03,2026-02-03,1,1,true",
        "missing_required_value",
        "Id is empty",
    ),
    ("blanks for a key", " ,Won,2026-02-03,2026-02-03,1,1,true", "missing_required_value", "Id"),
    ("an empty required day", "1,Won,,2026-02-03,1,1,true", "missing_required_value", "CloseDate"),
    ("no day", "1,Won,soon,2026-02-03,1,1,true", "unreadable_date", "CloseDate is 'soon'"),
    ("a day that never was", "1,Won,2026-02-30,2026-02-03,,,", "unreadable_date", "'2026-02-30'"),
    (
        "a day of another dialect",
        "1,Won,2026/02/03,2026-02-03,,,",
        "unreadable_date",
        "dialect (iso)",
    ),
    ("no time", "1,Won,2026-02-03,noon,1,1,true", "unreadable_timestamp", "CreatedDate is 'noon'"),
    ("a currency sign", "1,Won,2026-02-03,2026-02-03,$5,1,true", "unreadable_number", "currency"),
    ("thousands", '1,Won,2026-02-03,2026-02-03,"1,200",,', "unreadable_number", "thousands"),
    ("a percent sign", "1,Won,2026-02-03,2026-02-03,5%,1,true", "unreadable_number", "percent"),
    ("half a push", "1,Won,2026-02-03,2026-02-03,1,1.5,true", "unreadable_integer", "PushCount"),
    ("an exponent", "1,Won,2026-02-03,2026-02-03,1,1e3,true", "unreadable_integer", "'1e3'"),
    ("neither", "1,Won,2026-02-03,2026-02-03,1,1,perhaps", "unreadable_boolean", "'perhaps'"),
    ("long ago", "1,Won,1969-12-31,2026-02-03,1,1,true", "implausible_date", "1970-01-01"),
    ("far ahead", "1,Won,2036-02-10,2026-02-03,1,1,true", "implausible_date", "2036-02-09"),
    ("open end of no validity", "1,Won,9999-12-31,2026-02-03,,,", "implausible_date", "9999-12-31"),
    ("a time far ahead", "1,Won,2026-02-03,2050-01-01,1,1,true", "implausible_date", "CreatedDate"),
    ("not a number", "1,Won,2026-02-03,2026-02-03,NaN,1,true", "implausible_amount", "'NaN'"),
    ("infinity", "1,Won,2026-02-03,2026-02-03,-Infinity,1,", "implausible_amount", "-Infinity"),
    (
        "too much",
        "1,Won,2026-02-03,2026-02-03,10000000000000.01,1,",
        "implausible_amount",
        "Amount",
    ),
    ("a huge exponent", "1,Won,2026-02-03,2026-02-03,1e30,1,", "implausible_amount", "'1e30'"),
    (
        "too many pushes",
        "1,Won,2026-02-03,2026-02-03,,100000000000000,",
        "implausible_amount",
        "PushCount",
    ),
    ("a field too few", "1,Won,2026-02-03", "wrong_field_count", "3 fields and the header 7"),
    ("a field too many", "1,Won,2026-02-03,2026-02-03,1,1,true,x", "wrong_field_count", "8 fields"),
    (
        "an id from a spreadsheet",
        "1.23457E+17,Won,2026-02-03,2026-02-03,,,",
        "lost_digits",
        "Id is",
    ),
    ("a NUL character", "1,W\x00n,2026-02-03,2026-02-03,1,1,true", "invalid_encoding", "NUL"),
]


@pytest.mark.parametrize(("title", "row", "code", "part"), REASONS, ids=[r[0] for r in REASONS])
def test_a_bad_row_is_quarantined_with_its_reason(
    land, rows, quarantine, title: str, row: str, code: str, part: str
) -> None:
    landed = land("salesforce", "Opportunity.csv", f"{HEADER}\n{GOOD_ROW}\n{row}\n{GOOD_ROW}\n")
    assert (landed.rows, landed.good, landed.quarantined) == (3, 2, 1)
    assert [each["_row_number"] for each in rows("salesforce", "opportunities")] == [1, 3]
    (refused,) = quarantine("salesforce", "opportunities")
    assert refused["reason_code"] == code
    assert refused["_row_number"] == 2
    assert refused["reason"].startswith("inbox/salesforce/2026-02-09/Opportunity.csv, row 2: ")
    assert part in refused["reason"]
    assert refused["reason"].endswith(".")
    assert refused["_batch_id"] == landed.batch_id


def test_values_on_the_bounds_are_plausible(land) -> None:
    landed = land(
        "salesforce",
        "Opportunity.csv",
        f"{HEADER}\n1,Won,1970-01-01,2026-02-03,10000000000000,1,true\n"
        "2,Won,2036-02-09,2026-02-03,-10000000000000,1,true\n",
    )
    assert landed.quarantined == 0


def test_the_bounds_are_policy(home, land) -> None:
    (home.policies / "plausibility.csv").write_text(
        "policy_version,effective_from,minimum_date,maximum_years_ahead,maximum_amount,reason\n"
        "1,1998-01-01,2020-01-01,1,100,narrow\n2,2027-01-01,1970-01-01,50,9999,wide\n"
    )
    row = "{},Won,{},2026-02-03,{},1,true"
    landed = land(
        "salesforce",
        "Opportunity.csv",
        "\n".join(
            [
                HEADER,
                row.format(1, "2026-02-03", 100),
                row.format(2, "2019-12-31", 1),
                row.format(3, "2027-02-10", 1),
                row.format(4, "2026-02-03", 101),
                "",
            ]
        ),
    )
    assert (landed.good, landed.quarantined) == (1, 3)


def test_the_row_as_it_was_is_kept(land, quarantine) -> None:
    content = f'{HEADER}\n{GOOD_ROW}\n1,"a ""b""\nc",soon,,,,\n1,2\n'
    land("salesforce", "Opportunity.csv", content)
    unreadable, ragged = quarantine("salesforce", "opportunities")
    assert json.loads(unreadable["row_json"]) == {
        "Id": "1",
        "StageName": 'a "b"\nc',
        "CloseDate": "soon",
    }
    assert json.loads(ragged["row_json"]) == {"_line": "1,2"}


def test_a_rep_needs_an_id_or_an_address(land, quarantine) -> None:
    landed = land(
        "expectations",
        "expectations.csv",
        "rep_id,rep_email,fiscal_quarter,metric,target\n"
        "1,,FY2027-Q1,joint_calls,2\n,a@b.example,FY2027-Q1,joint_calls,2\n"
        ",,FY2027-Q1,joint_calls,2\n",
    )
    assert (landed.good, landed.quarantined) == (2, 1)
    assert (
        "rep_id and rep_email are both empty"
        in quarantine("templates", "expectations")[0]["reason"]
    )


def test_a_value_outside_a_vocabulary_is_quarantined(land, rows, quarantine) -> None:
    land(
        "match_decisions",
        "decisions.csv",
        "crm_account_id,partner_id,partner_account_id,decision\n1,p,a,Accept\n2,p,b,perhaps\n",
    )
    assert rows("templates", "match_decisions")[0]["decision"] == "accept"
    (refused,) = quarantine("templates", "match_decisions")
    assert refused["reason_code"] == "unknown_value"
    assert "none of accept, reject" in refused["reason"]


def test_a_long_value_is_cut_in_the_sentence_and_whole_in_the_row(land, quarantine) -> None:
    value = "x" * 500
    land("salesforce", "Opportunity.csv", f"{HEADER}\n{GOOD_ROW}\n1,W,{value},2026-02-03,,,\n")
    (refused,) = quarantine("salesforce", "opportunities")
    assert len(refused["reason"]) < 300
    assert json.loads(refused["row_json"])["CloseDate"] == value


def test_a_sentence_stays_on_one_line(land, quarantine) -> None:
    row = '1,W,"so\non",2026-02-03,,,'
    land("salesforce", "Opportunity.csv", f"{HEADER}\n{GOOD_ROW}\n{row}\n")
    assert "CloseDate is 'so on'" in quarantine("salesforce", "opportunities")[0]["reason"]


def test_a_file_without_a_good_row_is_refused_with_its_main_reason(refusal) -> None:
    sentence = refusal(
        "salesforce",
        "Opportunity.csv",
        f"{HEADER}\n1,W,soon,2026-02-03,,,\n2,W,later,2026-02-03,,,\n3,W\n,W,2026-02-03,,,,\n",
    )
    assert "none of its 4 rows can be read" in sentence
    assert "2 of 4 for the reason unreadable_date" in sentence
    assert "row 1: CloseDate is 'soon'" in sentence


TEXT = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12
) | st.sampled_from(['"', ",", "\n", "\r\n", "2026-02-03", "02/23/26", "1e5", "''", "{}", " ", "☃"])
ROW = st.tuples(TEXT, TEXT, TEXT | st.just("2026-02-03"), st.just("2026-02-03"), TEXT, TEXT, TEXT)


def written(table: list[tuple[str, ...]], quoting: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=quoting)
    writer.writerow(HEADER.split(","))
    writer.writerows(table)
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def session(prepared_root: Path, tmp_path_factory) -> Iterator[LandingSession]:
    """One home and one engine for all examples of a property: each lands its own file."""
    root = tmp_path_factory.mktemp("property") / "home"
    shutil.copytree(prepared_root, root)
    with landing_session(Home(root)) as opened:
        yield opened


def land_example(session: LandingSession, content: bytes, day: int) -> LandedFile | None:
    """The landed file, None when it was refused as a whole, in one sentence."""
    path = session.home.inbox / "salesforce" / "Opportunity.csv"
    path.write_bytes(content)
    try:
        return session.land("salesforce", path, datetime.date(2026, 2, day))
    except CosellError as refused:
        assert "\n" not in str(refused)
        assert str(refused).endswith(".")
        return None


@settings(max_examples=40, deadline=None)
@given(table=st.lists(ROW, min_size=1, max_size=8), ragged=st.booleans())
def test_rows_in_are_rows_good_plus_rows_quarantined(
    session: LandingSession, table: list[tuple[str, ...]], ragged: bool
) -> None:
    good = tuple(GOOD_ROW.split(","))
    rows = [good, *table, *([("1", "2")] if ragged else []), good]
    landed = land_example(session, written(rows, csv.QUOTE_ALL), 9)
    # Days that can be read in two ways refuse the file; nothing else here does.
    assume(landed is not None)
    assert landed.rows == len(rows)
    assert landed.good + landed.quarantined == landed.rows
    assert landed.good >= 2
    assert landed.quarantined >= int(ragged)
    folder = Path("salesforce") / "opportunities" / f"{landed.batch_id}.parquet"
    numbers = parquet.read_table(session.home.landing / folder)["_row_number"].to_pylist()
    if landed.quarantined:
        refused = parquet.read_table(session.home.quarantine / folder)
        numbers += refused["_row_number"].to_pylist()
        assert all(refused["reason"].to_pylist())
    assert sorted(numbers) == list(range(1, landed.rows + 1))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_bytes_raise_anything_but_a_sentence(
    session: LandingSession, data: st.DataObject
) -> None:
    content = bytearray(f"{HEADER}\n{GOOD_ROW}\n{GOOD_ROW}\n{GOOD_ROW}\n".encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b"\n", b",", b"\r", b"\x00", b"\xff"])
        )
    landed = land_example(session, bytes(content), 10)
    if landed is not None:
        assert landed.good + landed.quarantined == landed.rows
