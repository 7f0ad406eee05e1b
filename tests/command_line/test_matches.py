"""People decide matches: the queue, single decisions, a spreadsheet out and back in."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb
import pytest

from orchestration.match_review import QueuedPair, ReviewDesk
from orchestration.match_sheet import read_sheet, write_sheet
from orchestration.settings import Home

pytestmark = pytest.mark.slow


def queue_of(home: Home) -> list[QueuedPair]:
    with ReviewDesk(home) as desk:
        return desk.queue()


def landed_decisions(home: Home) -> list[tuple]:
    files = home.landing / "templates" / "match_decisions" / "*.parquet"
    return duckdb.execute(
        "select crm_account_id, partner_id, partner_account_id, decision, decided_by, reason,"
        " expires_on, _as_of from read_parquet(?)"
        " where _source_file not like '%/match_decisions.csv' order by _landed_at, _row_number",
        [str(files)],
    ).fetchall()


def test_the_queue_shows_the_most_open_pipeline_first_with_both_records(
    cosell, demo_home: Home
) -> None:
    queue = queue_of(demo_home)
    stakes = [queued.open_pipeline for queued in queue]
    assert stakes == sorted(stakes, reverse=True)
    assert stakes[0] > 0
    with duckdb.connect(
        str(demo_home.current_release / "cosell.duckdb"), read_only=True
    ) as release:
        (waiting,) = release.execute(
            "select count(*) from account_mapping.fct_account_matches where decision = 'review'"
        ).fetchone()
        (behind,) = release.execute(
            "select sum(amount_company_currency) from attribution.fct_attributed_opportunities"
            " where account_id = ? and not is_closed and not is_deleted and exclusion is null",
            [queue[0].pair.crm_account_id],
        ).fetchone()
    assert (len(queue), stakes[0]) == (waiting, behind)
    for width in ("80", "120"):
        shown = cosell(
            *("--home", demo_home.root, "matches", "review", "--limit", "3"),
            environment={"COLUMNS": width},
        )
        assert shown.exit_code == 0, shown.errors
        for queued in queue[:3]:
            assert queued.pair.match_id in shown.output
            assert queued.ours["account_name"][:20] in shown.output
            assert queued.evidence.split("; ")[0][:20] in shown.output
        assert max(map(len, shown.output.splitlines())) <= 120


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["accept", "{pair}", "--by", "ann"], "needs a reason"),
        (["accept", "{pair}", "--by", "ann", "--reason", "  "], "needs a reason"),
        (["reject", "{pair}", "--reason", "seen"], "name them with --by"),
        (["accept", "001UNKNOWN|{partner}|{record}", "--by", "a", "--reason", "b"], "no account"),
        (["accept", "{account}|{partner}|nothing", "--by", "a", "--reason", "b"], "no record"),
        (["accept", "{account}", "--by", "a", "--reason", "b"], "three words"),
        (
            ["accept", "001Nw000100012fIAA|skybridge|SK-700093", "--by", "a", "--reason", "b"],
            "write --overrule",
        ),
        (
            ["reject", "001Nw000100012fIAA|skybridge|SK-700093", "--by", "a", "--reason", "b"],
            "already",
        ),
        (
            ["accept", "{pair}", "--by", "a", "--reason", "b", "--expires-on", "2020-01-01"],
            "cannot expire",
        ),
        (["review", "--import", "nowhere.csv"], "cannot be read"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_one_sentence(
    cosell, demo_home: Home, arguments: list[str], said: str
) -> None:
    pair = queue_of(demo_home)[0].pair
    words = [
        word.format(
            pair=pair.match_id,
            account=pair.crm_account_id,
            partner=pair.partner_id,
            record=pair.partner_account_id,
        )
        for word in arguments
    ]
    result = cosell("--home", demo_home.root, "matches", *words)
    assert result.exit_code == 1
    assert result.errors.startswith("error: ")
    assert len(result.errors.strip().splitlines()) == 1
    assert said in result.errors


def test_decisions_are_landed_attributed_and_leave_the_queue(
    cosell, copy_of_demo_home: Home, tmp_path: Path
) -> None:
    home = copy_of_demo_home
    first, second, third, fourth, *_ = (queued.pair for queued in queue_of(home))

    def run(*arguments: str):
        return cosell("--home", home.root, "matches", *arguments, "--as-of", "2026-09-01")

    accepted = run(
        *("accept", first.crm_account_id[:15], first.partner_id, first.partner_account_id),
        *("--reason", "Same register number", "--by", "ann@us", "--expires-on", "2027-01-31"),
    )
    assert accepted.exit_code == 0, accepted.errors
    assert f"{first.match_id} is accepted by ann@us" in accepted.output
    assert first not in {queued.pair for queued in queue_of(home)}
    again = run("accept", first.match_id, "--reason", "again", "--by", "bob")
    assert "accepted by ann@us (2026-09-01) already" in again.errors
    other = run("reject", first.match_id, "--reason", "sold in May", "--by", "bob", "--overrule")
    assert other.exit_code == 0, other.errors

    sheet = tmp_path / "queue.csv"
    assert run("review", "--export", str(sheet)).exit_code == 0
    assert "is there already" in run("review", "--export", str(sheet)).errors
    text = sheet.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert first.match_id not in {row["account_match_id"] for row in rows}
    for row in rows:
        if row["account_match_id"] == second.match_id:
            row.update(decision="Accept", reason='The "same"; house', expires_on="31.01.2027")
        if row["account_match_id"] == third.match_id:
            row.update(decision="reject", reason="Zwei Häuser", decided_by="carl@us")
    saved = tmp_path / "saved by a spreadsheet.csv"
    with saved.open("w", encoding="cp1252", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    imported = run("review", "--import", str(saved), "--by", "dora@us")
    assert imported.exit_code == 0, imported.errors
    assert f"1 accepted, 1 rejected; {len(rows) - 2} left open" in imported.output
    twice = run("review", "--import", str(saved), "--by", "dora@us")
    assert "2 decided so before. Nothing was landed." in twice.output

    def ids(pair):
        return (pair.crm_account_id, pair.partner_id, pair.partner_account_id)

    day = duckdb.execute("select date '2026-09-01'").fetchone()[0]
    assert landed_decisions(home) == [
        (*ids(first), "accept", "ann@us", "Same register number", "2027-01-31", day),
        (*ids(first), "reject", "bob", "sold in May", None, day),
        (*ids(second), "accept", "dora@us", 'The "same"; house', "2027-01-31", day),
        (*ids(third), "reject", "carl@us", "Zwei Häuser", None, day),
    ]

    bad = tmp_path / "bad.csv"
    bad.write_text(
        "account_match_id\tdecision\treason\n"
        f"{fourth.match_id}\taccept\tseen\n{fourth.match_id}\tmaybe\tseen\nx|y|z\treject\tseen\n",
        encoding="utf-16",
    )
    refused = run("review", "--import", str(bad), "--by", "dora@us")
    assert refused.exit_code == 1
    assert "row 2: 'maybe' is no decision" in refused.errors
    assert "row 3" in refused.errors and "Nothing was landed" in refused.errors
    assert len(landed_decisions(home)) == 4


def test_pairs_are_decided_one_by_one_in_a_terminal(
    copy_of_demo_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import date

    from orchestration import command_line

    answers = iter(["x", "a", "one house", "ann@us", "r", "", "s", "r", "two houses", "q"])
    monkeypatch.setattr(command_line.typer, "prompt", lambda *_, **__: next(answers))
    home = copy_of_demo_home
    with ReviewDesk(home) as desk:
        queue = desk.queue()
        command_line.decide_pair_by_pair(desk, queue, "", date(2026, 9, 1))
    assert [(row[0], row[2], row[3], row[4], row[5]) for row in landed_decisions(home)] == [
        *(
            (pair.crm_account_id, pair.partner_account_id, word, "ann@us", reason)
            for pair, word, reason in (
                (queue[1].pair, "accept", "one house"),
                (queue[4].pair, "reject", "two houses"),
            )
        )
    ]


def test_a_sheet_keeps_formulas_from_running_and_ids_as_they_are(
    demo_home: Home, tmp_path: Path
) -> None:
    from dataclasses import replace
    from datetime import date

    queued = queue_of(demo_home)[0]
    evil = replace(queued, theirs={**queued.theirs, "account_name": '=HYPERLINK("http://x")'})
    write_sheet([evil], tmp_path / "q.csv")
    text = (tmp_path / "q.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert b"'=HYPERLINK" in text
    with ReviewDesk(demo_home) as desk:
        sheet = read_sheet(desk, tmp_path / "q.csv", "ann", date(2026, 9, 1))
    assert (sheet.decisions, sheet.open_rows) == ([], 1)


def test_a_match_is_explained_with_threshold_runner_up_and_both_landed_rows(
    cosell, demo_home: Home
) -> None:
    (policy,) = csv.DictReader((demo_home.policies / "matching.csv").open(encoding="utf-8"))
    threshold = float(policy["automatic_probability"])
    contested = next(queued for queued in queue_of(demo_home) if queued.other_account)
    pair = contested.pair
    by_record = cosell(
        "--home", demo_home.root, "explain", pair.crm_account_id[:15], pair.partner_account_id
    )
    assert by_record.exit_code == 0, by_record.errors
    for said in (
        *("decision    review", f"automatic from {threshold:.6f}", contested.other_account),
        *("What was compared", "Our record", "The partner's record", "sha256"),
    ):
        assert said in by_record.output, said
    rejected = cosell("--home", demo_home.root, "explain", "001Nw000100012fIAA|skybridge|SK-700093")
    assert "What people decided" in rejected.output
    assert "revenue.operations@northwindmetrics.com" in rejected.output
    assert "match_decisions/2025-02-10/match_decisions.csv, row 1" in rejected.output
