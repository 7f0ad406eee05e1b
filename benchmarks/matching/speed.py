"""What matching large lists costs as the CRM grows, and beside Splink on the same pairs.

    python -m benchmarks.matching.speed --accounts 100000 300000 1000000 --splink 100000

Each size is a CRM of that many accounts and 15 lists of a fifth of it, two records in five of which
are accounts of ours with the noise of real lists (typos, other legal forms, lost websites, other
cases), the others strangers with names of the same kind. The product's models run in this process
as a refresh runs them; time and memory are those of the models.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.matching.peers import splink_linker
from benchmarks.matching.product import MatchingWarehouse
from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures

LISTS = 15
SECTION = Section(
    "matching.speed",
    "Matching: speed",
    "15 lists of a fifth of the CRM each, two threads. The processor's seconds hold dbt's start "
    "(about 8). The goals are 5 minutes and 8 GiB for a million accounts.",
)
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


# From the pairs to the decisions: what Splink does too, once the records are normalized.
PAIR_MODELS = (
    "int_match_pairs_blocked",
    "int_match_pairs_compared",
    "int_match_pairs_scored",
    "int_match_candidates_combined",
    "int_matches_decided",
)


@dataclass(frozen=True)
class Run:
    """One full match; times in seconds, memory in GiB since the process began."""

    accounts: int
    seconds: float
    processor: float
    memory: float
    pairs: int
    automatic: int
    models: dict[str, float]

    @property
    def pair_seconds(self) -> float:
        """What the pairs alone took."""
        return sum(self.models[name] for name in PAIR_MODELS)


def measured(folder: Path, accounts_count: int) -> tuple[Run, MatchingWarehouse]:
    """A full match of that size; everything that is no model of matching stands outside."""
    folder.mkdir()
    write_lists(folder, accounts_count)
    warehouse = MatchingWarehouse(folder)
    before = time.process_time()
    times = warehouse.match(f"from '{folder}/accounts.parquet'", f"from '{folder}/records.parquet'")
    processor = time.process_time() - before
    with warehouse.connect() as connection:
        pairs, automatic = connection.execute(
            "select (select count(*) from matching.int_match_pairs_compared),"
            " count(*) filter (decision = 'automatic') from matching.int_matches_decided"
        ).fetchone() or (0, 0)
    run = Run(
        accounts_count,
        sum(one.seconds for one in times),
        processor,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        pairs,
        automatic,
        {one.name: one.seconds for one in times},
    )
    return run, warehouse


def splink_seconds(warehouse: MatchingWarehouse) -> tuple[float, float, int]:
    """Seconds in which Splink trains, seconds in which it scores our pairs, and their number.

    The pairs are given to it as lists of their numbers beside each record, so that it compares the
    very pairs that the product compared.
    """
    from splink import block_on

    with warehouse.connect() as connection:
        connection.execute(
            """
            create temp table pair_numbers as
                select record_key, list(pair_number) as pair_ids
                from (
                    select pair_number, unnest([crm_record_key, partner_record_key]) as record_key
                    from (
                        select row_number() over () as pair_number, pairs.*
                        from matching.int_match_pairs_blocked as pairs
                    )
                )
                group by record_key
            """
        )
        began = time.monotonic()
        blocks = [block_on("pair_ids", arrays_to_explode=["pair_ids"])]
        linker = splink_linker(connection, blocks, pairs="pair_numbers")
        trained = time.monotonic()
        predicted = linker.inference.predict()
        count = predicted.as_duckdbpyrelation().count("*").fetchone()
        return trained - began, time.monotonic() - trained, int(count[0]) if count else 0


def main() -> None:
    """Measure the sizes, then Splink on the pairs of one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="+", default=[100_000, 300_000, 1_000_000])
    parser.add_argument("--splink", type=int, help="the size on which Splink stands beside it")
    parser.add_argument("--models", action="store_true", help="print the seconds of each model")
    add_results_option(parser)
    arguments = parser.parse_args()
    os.environ.setdefault("COSELL_THREADS", "2")
    rows, said = [], []
    with tempfile.TemporaryDirectory() as folder:
        beside: tuple[Run, MatchingWarehouse] | None = None
        for count in arguments.accounts:
            run, warehouse = measured(Path(folder) / str(count), count)
            rows.append(
                [
                    f"{count:,}",
                    f"{count * LISTS // 5:,}",
                    f"{run.seconds:.0f}",
                    f"{run.processor:.0f}",
                    f"{run.memory:.1f} GiB",
                    f"{run.pairs:,}",
                    f"{run.automatic:,}",
                ]
            )
            print(f"{count:,} accounts: {run.seconds:.0f} s", file=sys.stderr, flush=True)
            if arguments.models:
                for name, seconds in sorted(run.models.items(), key=lambda one: -one[1])[:12]:
                    print(f"    {seconds:6.1f} s  {name}", file=sys.stderr, flush=True)
            if count == arguments.splink:
                beside = (run, warehouse)
            else:
                warehouse.path.unlink()
        if beside:
            run, warehouse = beside
            trained, predicted, likely = splink_seconds(warehouse)
            said.append(
                f"{run.accounts:,} accounts, {run.pairs:,} pairs: ours from pairs to decisions"
                f" {run.pair_seconds:.1f} s; Splink scores them in {predicted:.1f} s"
                f" ({likely:,} rows) after {trained:.1f} s of training;"
                f" ratio {run.pair_seconds / predicted:.2f}."
            )
    columns = ["accounts", "records", "seconds of the models", "processor", "peak memory"]
    figures = markdown_table([*columns, "pairs compared", "automatic"], rows)
    report_figures(SECTION, "\n\n".join([figures, *said]), writes_results=arguments.writes_results)


if __name__ == "__main__":
    main()
