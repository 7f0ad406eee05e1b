"""Ids, DUNS and domains in the files find exactly the pairs of which the truth says so."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from publicsuffixlist import PublicSuffixList

from orchestration.demo_company import DemoStory

from .story_files import Row, StoryFiles, rows_of

SHARED = {
    *("gmail.com", "outlook.com", "yahoo.com", "web.de", "orange.fr", "lightower.net"),
    *("google.com", "wixsite.com", "github.io"),
}
SUFFIXES = PublicSuffixList(only_icann=True)


def domain_of(website: str) -> str | None:
    host = re.sub(r"^https?://", "", website.lower()).split("/")[0]
    domain = SUFFIXES.privatesuffix(host) if host else None
    return None if domain in SHARED else domain


def duns_of(text: str) -> str | None:
    digits = re.sub(r"\D", "", text)
    return digits.zfill(9) if digits else None


def list_of(home: Path, partner_id: str) -> dict[str, Row]:
    """The partner's rows in our words: the last whole list, or every row of a delta."""
    feed = yaml.safe_load((home / "config" / "feeds" / f"{partner_id}.yaml").read_text())
    deliveries = sorted((home / "inbox" / partner_id).glob("*/accounts.*"))
    rows: dict[str, Row] = {}
    for path in deliveries if feed["mode"] == "delta" else deliveries[-1:]:
        for raw in read_delivery(path):
            row = {ours: str(raw.get(theirs) or "") for ours, theirs in feed["columns"].items()}
            rows[row["partner_account_id"]] = row
    return rows


def read_delivery(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if path.suffix == ".parquet":
        rows: list[dict[str, object]] = pq.read_table(path).to_pylist()
        return rows
    delimiter = "\t" if path.suffix == ".tsv" else ","
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture(scope="module")
def found(tiny: DemoStory, files: StoryFiles) -> dict[tuple[str, str, str], str]:
    """Every pair that a key finds, with the strongest key."""
    accounts = {
        account_id: row
        for account_id, row in files.accounts.items()
        if row["IsDeleted"] == "false" and row["Type"] != "Partner"
    }
    uses = Counter(domain_of(row["Website"]) for row in accounts.values())
    rejected = {
        (row["crm_account_id"], row["partner_id"], row["partner_account_id"])
        for row in rows_of(tiny.home, "match_decisions", "match_decisions")
        if row["decision"] == "reject"
    }
    pairs = {}
    for partner_id in ("skybridge", "alpenglow", "marisol"):
        for record_id, theirs in list_of(tiny.home, partner_id).items():
            handed = theirs.get("crm_account_id")
            for account_id, ours in accounts.items():
                key = key_between(ours, theirs)
                if handed and files.survivor(handed) == account_id:
                    key = "crm_id"
                if key == "domain" and uses[domain_of(ours["Website"])] > 5:
                    key = None
                if key and (account_id, partner_id, record_id) not in rejected:
                    pairs[(account_id, partner_id, record_id)] = key
    return pairs


def key_between(ours: Row, theirs: Row) -> str | None:
    our_duns, their_duns = duns_of(ours["DunsNumber"]), duns_of(theirs.get("duns", ""))
    if our_duns and their_duns:
        return "duns" if our_duns == their_duns else None
    domain = domain_of(ours["Website"])
    return "domain" if domain and domain == domain_of(theirs["website"]) else None


def test_keys_find_the_pairs_that_the_truth_says_and_no_wrong_one(
    tiny: DemoStory, found: dict[tuple[str, str, str], str]
) -> None:
    true = {
        (row["crm_account_id"], row["partner_id"], row["partner_account_id"]): row["findable_by"]
        for row in pq.read_table(tiny.truth / "matches.parquet").to_pylist()
        if row["findable_by"] in ("crm_id", "duns", "domain")
    }
    assert len(true) > 80
    assert found == true
