"""What matching large lists costs, as the CRM grows, and what a refresh costs after little changed.

    python -m benchmarks.matching.speed --accounts 100000 300000 1000000

Each size is a CRM of that many accounts and 15 lists of a fifth of it, two records in five of which
are accounts of ours with the noise of real lists (typos, other legal forms, lost websites, other
cases), the others strangers with names of the same kind. The product's models run in this process
as a refresh runs them; time and memory are those of the models.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.matching.product import MatchingWarehouse, ModelTime

LISTS = 15
_BEGINNINGS = [
    "al",
    "bar",
    "cor",
    "del",
    "ed",
    "fal",
    "gar",
    "hal",
    "iron",
    "jun",
    "kel",
    "lor",
    "mar",
    "nor",
    "os",
    "pel",
    "quin",
    "ros",
    "sal",
    "tor",
]
_MIDDLES = [
    "a",
    "an",
    "ar",
    "ber",
    "den",
    "el",
    "en",
    "er",
    "fer",
    "in",
    "is",
    "land",
    "lin",
    "mon",
    "na",
    "or",
    "ra",
    "ren",
    "tan",
    "ver",
    "vi",
    "wen",
]
_ENDS = [
    "brook",
    "bury",
    "by",
    "croft",
    "dale",
    "den",
    "field",
    "ford",
    "gate",
    "ham",
    "haven",
    "hurst",
    "ley",
    "mark",
    "mere",
    "ridge",
]
_TRADES = [
    "software",
    "foods",
    "logistics",
    "energy",
    "systems",
    "bank",
    "insurance",
    "medical",
    "pharma",
    "motors",
    "robotics",
    "media",
    "telecom",
    "networks",
    "packaging",
    "plastics",
    "chemicals",
    "mining",
    "airlines",
    "hotels",
    "travel",
    "design",
    "studios",
    "security",
    "analytics",
    "consulting",
    "engineering",
    "construction",
    "furniture",
    "textiles",
    "paper",
    "steel",
    "glass",
]
_FORMS = ["Inc.", "LLC", "Ltd", "GmbH", "S.A.", "B.V.", "AG", "Corp.", "PLC", "Pty_Ltd"]
_COUNTRIES = ["US", "US", "US", "GB", "DE", "FR", "NL", "CH", "AU", "CA"]
_CITIES = [
    "Boston",
    "Austin",
    "Leeds",
    "Berlin",
    "Lyon",
    "Utrecht",
    "Basel",
    "Sydney",
    "Ottawa",
    "Denver",
    "Tampa",
    "Reno",
]


def _one_of(words: list[str], number: str) -> str:
    listed = ", ".join(f"'{word.replace('_', ' ')}'" for word in words)
    return f"([{listed}])[cast({number} % {len(words)} as int) + 1]"


def _companies(count: int) -> str:
    """Companies 0 .. count - 1, each the same in every list that holds it."""
    draws = ", ".join(f"hash(i * 16 + {n}) as h{n}" for n in range(10))
    name = " || ".join(
        (_one_of(_BEGINNINGS, "h0"), _one_of(_MIDDLES, "h1"), _one_of(_MIDDLES, "h2"))
    )
    return f"""
        select i, h7, h8, h9, upper(left(stem, 1)) || substr(stem, 2) || ' ' || trade as core,
            {_one_of(_FORMS, "h5")} as form, {_one_of(_COUNTRIES, "h6")} as country,
            {_one_of(_CITIES, "h6 // 16")} as city,
            case when h7 % 10 < 8 then 'https://www.' || stem || '-' || trade || i || '.com' end
                as website,
            case when h8 % 10 < 4
                then '+1 ' || cast(200000000 + h8 % 700000000 as varchar) end as phone,
            case when h9 % 10 < 2 then lpad(cast(h9 % 900000000 as varchar), 9, '1') end as duns
        from (
            select *, {name} || {_one_of(_ENDS, "h3")} as stem, {_one_of(_TRADES, "h4")} as trade
            from (select i, {draws} from range({count}) as numbers (i))
        )
    """


def write_lists(folder: Path, accounts_count: int) -> None:
    """Write accounts.parquet and records.parquet."""
    per_list = accounts_count // 5
    typo = "substr(core, 1, 3) || substr(core, 5)"
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute(
            f"""
            copy (
                select 'A' || lpad(cast(i as varchar), 8, '0') as record_id,
                    core || ' ' || form as account_name, website, country, city, phone, duns
                from ({_companies(accounts_count)})
            ) to '{folder}/accounts.parquet';
            create table companies as from ({_companies(accounts_count * 3)});
            copy (
                select 'list' || list as list_id, 'R' || row as record_id,
                    case cast(noise % 8 as int)
                        when 0 then upper(core) when 1 then core when 2 then {typo}
                        when 3 then core || ' Group' else core || ' ' || form
                    end as account_name,
                    case when noise // 8 % 10 < 6 then website end as website,
                    country, case when noise // 80 % 10 < 7 then city end as city,
                    case when noise // 800 % 10 < 5 then phone end as phone,
                    case when noise // 8000 % 10 < 3 then duns end as duns
                from (
                    select list, row, hash(list * 1000003 + row + 7) as noise,
                        case when hash(row * 31 + list) % 5 < 2
                            then hash(row * 17 + list) % {accounts_count}
                            else {accounts_count} + hash(row * 13 + list) % {2 * accounts_count}
                        end as i
                    from range({LISTS}) as lists (list), range({per_list}) as rows (row)
                ) join companies using (i)
            ) to '{folder}/records.parquet'
            """
        )


def measured(folder: Path, accounts_count: int) -> tuple[float, list[ModelTime], MatchingWarehouse]:
    """Seconds of a full match of that size."""
    folder.mkdir()
    write_lists(folder, accounts_count)
    warehouse = MatchingWarehouse(folder)
    times = warehouse.match(f"from '{folder}/accounts.parquet'", f"from '{folder}/records.parquet'")
    return sum(one.seconds for one in times), times, warehouse


def main() -> None:
    """Measure the sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="+", default=[100_000, 300_000, 1_000_000])
    parser.add_argument("--models", action="store_true", help="print the seconds of each model")
    arguments = parser.parse_args()
    os.environ.setdefault("COSELL_THREADS", "1")
    print("| accounts | records | seconds | peak memory | compared | automatic |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for count in arguments.accounts:
            began = time.monotonic()
            seconds, times, warehouse = measured(Path(folder) / str(count), count)
            with warehouse.connect() as connection:
                compared, automatic = connection.execute(
                    "select (select count(*) from matching.int_match_pairs_compared),"
                    " count(*) filter (decision = 'automatic') from matching.int_matches_decided"
                ).fetchone() or (0, 0)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            print(
                f"| {count:,} | {count * LISTS // 5:,} | {seconds:.0f} | {memory:.1f} GiB"
                f" | {compared:,} | {automatic:,} |",
                flush=True,
            )
            if arguments.models:
                for one in sorted(times, key=lambda each: -each.seconds)[:12]:
                    print(f"    {one.seconds:6.1f} s  {one.name}", flush=True)
            print(f"    wall with the making of the lists {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
