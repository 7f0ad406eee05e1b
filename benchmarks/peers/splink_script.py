"""The match alone, by Splink: the same files, read as the analyst reads them.

    python -m benchmarks.peers.splink_script INBOX AS_OF MATCHES.parquet

The model, its training and the probability from which a pair is a match are those of
`benchmarks/matching/peers.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pandas as pd

from benchmarks.matching.peers import SPLINK_PROBABILITY, splink_scores
from benchmarks.peers.analyst_script import read_accounts, read_partners, read_records


def compared_columns(rows: pd.DataFrame, side: str, keys: pd.Series) -> pd.DataFrame:
    """A side's records by the names that the model compares."""
    return pd.DataFrame(
        {
            "record_key": f"{side}|" + keys,
            "side": side,
            "core_words": rows["core"],
            "country_key": rows["country_code"],
            "city_key": rows["city_key"],
            "registrable_domain": rows["domain"],
            "phone_key": rows["phone_key"].where(rows["phone_key"] != ""),
        }
    ).astype("string")


def main() -> None:
    """Files in, matches out."""
    inbox, as_of, target = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    accounts = read_accounts(inbox)
    records = read_records(inbox, read_partners(inbox, as_of))
    ours = compared_columns(accounts, "crm", accounts["account_id"])
    theirs = compared_columns(
        records, "partner", records["partner_id"] + "|" + records["partner_account_id"]
    )
    compared = pd.concat([ours, theirs], ignore_index=True)
    with duckdb.connect() as connection:
        connection.register("compared", compared)
        connection.execute("create schema matching")
        connection.execute("create table matching.int_company_records_normalized as from compared")
        scores = splink_scores(connection)
    found = [
        (crm.split("|")[1], *partner.split("|")[1:], probability)
        for (crm, partner), probability in scores.items()
        if probability >= SPLINK_PROBABILITY
    ]
    columns = ["crm_account_id", "partner_id", "partner_account_id", "probability"]
    # A record is one account: the likeliest, as the others take one, too.
    best = (
        pd.DataFrame(found, columns=columns)
        .sort_values(["probability", "crm_account_id"])
        .drop_duplicates(["partner_id", "partner_account_id"], keep="last")
    )
    best.to_parquet(target)
    print(f"{len(best)} matches of {len(scores)} likely pairs: {target}")


if __name__ == "__main__":
    main()
