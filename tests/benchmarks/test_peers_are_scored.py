"""Scores of a peer's answers, and what is said of a bad file, on a handful of rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks.peers.planted_faults import FAULTS, bad_rows_count, verdict
from benchmarks.peers.scoring import Scores, scores_of

TRUTH = {
    "companies": """values ('crm', 'A1', 'c1'), ('crm', 'A2', 'c2'), ('p', 'R1', 'c1'),
        ('p', 'R2', 'c2'), ('p', 'R3', 'c3') as t(system, record_id, true_company_id)""",
    "matches": "values ('A1', 'p', 'R1'), ('A2', 'p', 'R2')"
    " as t(crm_account_id, partner_id, partner_account_id)",
    "segments": """values
        ('A1', null, 'p', 'customer', 'shared_customer'),
        ('A2', null, 'p', 'prospect', 'shared_prospect'),
        ('A3', null, 'p', 'absent', 'our_prospect_only'),
        (null, 'R3', 'p', 'customer', 'partner_customer_only'),
        (null, 'R9', 'p', 'customer', null)
        as t(account_id, partner_account_id, partner_id, partner_state, cell)""",
    "opportunities": """values
        ('O1', 'sourced', 'p', 'rep1', '100.00', false),
        ('O2', 'influenced', 'p', 'rep1', '-300.00', false),
        ('O3', 'direct', null, 'rep2', '50.00', false),
        ('O4', 'sourced', 'p', 'rep2', '900.00', true)
        as t(opportunity_id, class, partner_id, pipeline_rep_id, amount_company_currency,
            is_deleted)""",
}
MATCHES = "select * from ({}) as t(crm_account_id, partner_id, partner_account_id)"
SEGMENTS = "select * from ({}) as t(account_id, partner_id, partner_account_id, cell)"
CREDIT = "select * from ({}) as t(opportunity_id, class, partner_id, rep_id)"


@pytest.fixture(scope="module")
def truth(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("truth")
    for name, rows in TRUTH.items():
        values, columns = rows.rsplit(" as t", 1)
        file = folder / f"{name}.parquet"
        duckdb.execute(f"copy (select * from ({values}) as t{columns}) to '{file}'")
    return folder


def test_all_that_is_true_scores_one(truth) -> None:
    scores = scores_of(
        {
            "matches": MATCHES.format("values ('A1', 'p', 'R1'), ('A2', 'p', 'R2')"),
            "segments": SEGMENTS.format(
                "values ('A1', 'p', 'R1', 'shared_customer'), ('A2', 'p', 'R2', 'shared_prospect'),"
                " ('A3', 'p', null, 'our_prospect_only'),"
                " (null, 'p', 'R3', 'partner_customer_only')"
            ),
            "credit": CREDIT.format(
                "values ('O1', 'sourced', 'p', 'rep1'), ('O2', 'influenced', 'p', 'rep1'),"
                " ('O3', 'direct', null, 'rep2')"
            ),
        },
        truth,
    )
    assert scores == Scores(1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0)


def test_wrong_matches_cost_precision_and_missed_records_cost_recall(truth) -> None:
    rows = "values ('A1', 'p', 'R1'), ('A2', 'p', 'R1'), ('A1', 'p', 'R3'), ('A1', 'p', 'R7')"
    scores = scores_of({"matches": MATCHES.format(rows)}, truth)
    assert (scores.match_precision, scores.match_recall) == (0.25, 0.5)
    assert scores.segments is None and scores.deals is None


def test_a_cell_is_right_for_its_account_or_its_record(truth) -> None:
    rows = (
        "values ('A1', 'p', null, 'shared_customer'), ('A2', 'p', null, 'our_prospect_only'),"
        " ('A3', 'p', null, 'our_prospect_only'), (null, 'p', 'R2', 'partner_prospect_only')"
    )
    scores = scores_of({"segments": SEGMENTS.format(rows)}, truth)
    assert scores.segments == pytest.approx(2 / 4)
    # Of the three rows that the partner lists: A1 right, A2 wrong, R3 missing.
    assert scores.segments_of_partner == pytest.approx(1 / 3)


def test_money_counts_by_its_size_and_only_where_class_partner_and_rep_are_right(truth) -> None:
    rows = (
        "values ('O1', 'sourced', 'p', 'rep1'), ('O2', 'influenced', 'p', 'rep9'),"
        " ('O3', 'sourced', 'q', 'rep2')"
    )
    scores = scores_of({"credit": CREDIT.format(rows)}, truth)
    assert scores.credit_paid == pytest.approx(100 / 400)
    assert scores.credit_wrong == pytest.approx(350 / 450)
    assert scores.deals == pytest.approx(1 / 3)


def test_a_deal_without_a_row_is_direct_and_nobodys(truth) -> None:
    scores = scores_of({"credit": CREDIT.format("values ('O1', 'sourced', 'p', 'rep1')")}, truth)
    assert (scores.credit_paid, scores.credit_wrong) == (0.25, 0.0)


@pytest.mark.parametrize(
    ("exit_code", "is_named", "got_through", "said"),
    [
        (0, True, False, "held back, and told"),
        (0, False, False, "silently lost"),
        (0, False, True, "silently taken"),
        (0, True, True, "taken, and told"),
        (1, False, None, "whole run stops, file not named"),
        (1, True, False, "whole run stops, file named"),
    ],
)
def test_what_is_said_of_a_bad_file(exit_code, is_named, got_through, said) -> None:
    found = verdict(exit_code=exit_code, is_named=is_named, got_through=got_through)
    assert found == said


def test_every_fault_is_planted_as_one_more_file_and_looked_for(tmp_path) -> None:
    headers = '"Account ID","Account Name"\n"SK-1","Ann Ltd"\n"SK-2","Bob Ltd"\n'
    consulting = '"Client No.","Client","Relationship"\n"HA-1","Ann","Target"\n'
    german = '"Kundennummer"\t"Firma"\t"Land"\t"Status"\n"AL-1"\t"Ann"\t"DE"\t"Interessent"\n'
    deals = '"Id","Name","Amount"\n"006A","Ann, 1",\n'
    for name, text in {
        "skybridge/2026-01-05/accounts.csv": headers,
        "harborview/2026-01-05/accounts.csv": consulting,
        "alpenglow/2026-01-05/accounts.tsv": german,
        "salesforce/2026-01-05/Opportunity.csv": deals,
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
    planted = [fault.plant(tmp_path, "2026-02-02") for fault in FAULTS]
    assert len(set(planted)) == len(FAULTS) and all(file.is_file() for file in planted)
    texts = [file.read_text() for file in planted]
    assert headers.startswith(texts[0]) and len(texts[0]) < len(headers)
    assert '"Customer"' in texts[1] and '"Client"' not in texts[1]
    assert texts[2].splitlines()[-1] == "AL-999999\tNirgendwo GmbH\tDE\tVielleicht"
    assert '"Ann, 1","1.250.000,00 EUR"' in texts[3]
    assert '"100000000000000.00"' in texts[4]


def test_a_fault_got_through_where_its_rows_are_in_the_answers() -> None:
    cells = SEGMENTS.format("values ('A1', 'skybridge', null, 'our_prospect_only')")
    better = SEGMENTS.format("values ('A1', 'skybridge', null, 'shared_prospect')")
    nothing = MATCHES.format("values ('A1', 'p', 'R1')")
    deals = CREDIT.format("values ('006Nw0009999999IAA', 'direct', null, 'rep1')")
    clean = {
        "matches": nothing,
        "segments": better,
        "credit": CREDIT.format("values ('O1', 'direct', null, 'r')"),
    }
    dirty = {"matches": nothing, "segments": cells, "credit": deals}
    assert [bad_rows_count(fault, dirty, clean) for fault in FAULTS] == [1, 0, 0, 1, 0]
    assert [bad_rows_count(fault, clean, clean) for fault in FAULTS] == [0, 0, 0, 0, 0]
