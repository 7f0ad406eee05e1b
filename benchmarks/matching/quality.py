"""How many matches are right and how many are found, beside three peers on the same records.

    python -m benchmarks.matching.quality [--set NAME ...] [--demo HOME] [--csv FILE]

Prints a table per labelled set. Pairs of our accounts and partners' records are counted; the truth
is the set's own. Splink is shown at its own probability of 0.99 and, in its favour, at the
threshold that is best for it on that set, which nobody knows beforehand.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.matching.labelled_sets import LabelledSet, demo_company, labelled_sets
from benchmarks.matching.peers import (
    SPLINK_PROBABILITY,
    Pair,
    exactly_equal,
    records_of,
    similar_tokens,
    splink_scores,
)
from benchmarks.matching.product import MatchingWarehouse
from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures

PRECISION_ASKED = 0.99
SECTION = Section(
    "matching.quality",
    "Matching: right and found, beside three peers",
    "Precision / recall / F1 of pairs; all read the records as the product normalized them. Splink "
    'is shown at its own probability of 0.99 ("none": it gave no pair so much) and, in its favour, '
    "at the threshold that is best on that very set.",
)


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of a set of pairs."""

    precision: float
    recall: float
    count: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 where both are."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __str__(self) -> str:
        if not self.count:
            return "none"
        return f"{self.precision:.3f} / {self.recall:.3f} / {self.f1:.3f}"


def score(found: Iterable[Pair], truth: set[Pair]) -> Score:
    """Score pairs against the true ones."""
    pairs = set(found)
    right = len(pairs & truth)
    return Score(right / len(pairs) if pairs else 0.0, right / len(truth), len(pairs))


def best_of(scores: dict[Pair, float], truth: set[Pair]) -> tuple[Score, Score]:
    """The best F1 over all thresholds, and the most recall at the precision that is asked."""
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    best = most = Score(0.0, 0.0, 0)
    right = 0
    for count, (pair, probability) in enumerate(ordered, start=1):
        right += pair in truth
        if count < len(ordered) and ordered[count][1] == probability:
            continue
        now = Score(right / count, right / len(truth), count)
        best = max(best, now, key=lambda one: one.f1)
        if now.precision >= PRECISION_ASKED:
            most = max(most, now, key=lambda one: one.recall)
    return best, most


def decided_pairs(connection: duckdb.DuckDBPyConnection, decisions: str) -> set[Pair]:
    """The product's pairs with these decisions (a list in SQL)."""
    return set(
        connection.execute(
            "select 'crm|' || crm_account_id, partner_id || '|' || partner_account_id"
            f" from matching.int_matches_decided where decision in ({decisions})"
        ).fetchall()
    )


@dataclass(frozen=True)
class Measured:
    """One set: what each way of matching reached, by the method's name; the most recall of Splink
    at the precision that is asked."""

    name: str
    true_pairs: int
    scores: dict[str, Score]
    splink_recall: float | None

    def table_row(self) -> list[str]:
        """The row of the table."""
        most = "never" if self.splink_recall is None else f"{self.splink_recall:.3f}"
        return [self.name, str(self.true_pairs), *map(str, self.scores.values()), most]


def measured(
    warehouse: MatchingWarehouse, source: duckdb.DuckDBPyConnection, one: LabelledSet
) -> Measured:
    """All ways of matching on one set."""
    folder = warehouse.folder
    for part in ("accounts", "records"):
        source.execute(f"copy ({one.query(part)}) to '{folder}/{part}.parquet'")
    warehouse.match(f"from '{folder}/accounts.parquet'", f"from '{folder}/records.parquet'")
    truth = {
        (f"crm|{crm_id}", f"{list_id}|{record_id}")
        for crm_id, list_id, record_id in source.execute(one.query("truth")).fetchall()
    }
    with warehouse.connect() as connection:
        automatic = score(decided_pairs(connection, "'automatic'"), truth)
        seen = score(decided_pairs(connection, "'automatic', 'review'"), truth)
        accounts, records = records_of(connection, "crm"), records_of(connection, "partner")
        splink = splink_scores(connection)
    at_its_own = score(
        (pair for pair, value in splink.items() if value >= SPLINK_PROBABILITY), truth
    )
    best, most = best_of(splink, truth)
    scores = {
        "automatic": automatic,
        "automatic + review": seen,
        "equal names": score(exactly_equal(accounts, records), truth),
        "RapidFuzz >= 85": score(similar_tokens(accounts, records), truth),
        "Splink at 0.99": at_its_own,
        "Splink at its best": best,
    }
    return Measured(one.name, len(truth), scores, most.recall if most.count else None)


def main() -> None:
    """Measure the sets that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", dest="sets", help="this set alone; repeatable")
    parser.add_argument(
        "--demo", type=Path, help="a built demo company, whose truth is one more set"
    )
    parser.add_argument("--csv", type=Path, help="write the figures for quality_chart.py")
    add_results_option(parser)
    arguments = parser.parse_args()
    os.environ.setdefault("COSELL_THREADS", "2")
    found: list[Measured] = []
    with duckdb.connect() as source, tempfile.TemporaryDirectory() as folder:
        sets = labelled_sets(source)
        if arguments.demo:
            sets.append(demo_company(source, arguments.demo))
        warehouse = MatchingWarehouse(Path(folder))
        for one in sets:
            if arguments.sets and one.name not in arguments.sets:
                continue
            began = time.monotonic()
            found.append(measured(warehouse, source, one))
            print(f"{one.name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    header = ["set", "true pairs", *found[0].scores, "Splink's recall at 0.99 precision"]
    figures = markdown_table(header, [each.table_row() for each in found])
    report_figures(SECTION, figures, writes_results=arguments.writes_results)
    if arguments.csv:
        with arguments.csv.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("set", "method", "precision", "recall", "f1", "pairs"))
            for each in found:
                for method, one_score in each.scores.items():
                    figures = (one_score.precision, one_score.recall, one_score.f1)
                    writer.writerow(
                        (each.name, method, *(f"{one:.3f}" for one in figures), one_score.count)
                    )


if __name__ == "__main__":
    main()
