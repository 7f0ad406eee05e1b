"""What the product is measured against, on the same records: three ways people match today.

Each gives the pairs that it would match, with a score where it has one. They read the records as
the product normalized them (name without legal form, country, city, registrable domain, phone), so
that the difference is the matching and not the cleaning.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from splink import Linker
    from splink.blocking_rule_library import BlockingRuleCreator

Pair = tuple[str, str]
TOKEN_SORT_RATIO = 85
SPLINK_PROBABILITY = 0.99


@dataclass(frozen=True)
class Record:
    """A record of one side."""

    key: str
    name: str | None
    core: str | None


def records_of(connection: duckdb.DuckDBPyConnection, side: str) -> list[Record]:
    """The records of `crm` or `partner` in a warehouse that has matched them."""
    rows = connection.execute(
        "select record_key, account_name, core_words from matching.int_company_records_normalized"
        " where side = ? order by record_key",
        [side],
    ).fetchall()
    return [Record(*row) for row in rows]


def exactly_equal(accounts: list[Record], records: list[Record]) -> set[Pair]:
    """(a) Names that are equal once their legal forms are gone."""
    by_core = defaultdict(list)
    for account in accounts:
        by_core[account.core].append(account.key)
    return {(key, one.key) for one in records if one.core for key in by_core.get(one.core, ())}


def similar_tokens(accounts: list[Record], records: list[Record]) -> set[Pair]:
    """(b) RapidFuzz's token_sort_ratio of at least 85 among names with the same first letter."""
    from rapidfuzz import fuzz, process, utils

    by_letter: dict[str, list[Record]] = defaultdict(list)
    for account in accounts:
        by_letter[_first_letter(account.name)].append(account)
    found = set()
    for one in records:
        block = by_letter.get(_first_letter(one.name), [])
        scores = process.extract(
            one.name or "",
            [account.name or "" for account in block],
            scorer=fuzz.token_sort_ratio,
            processor=utils.default_process,
            score_cutoff=TOKEN_SORT_RATIO,
            limit=None,
        )
        found |= {(block[place].key, one.key) for _, _, place in scores}
    return found


def _first_letter(name: str | None) -> str:
    letters = re.sub(r"\W", "", name or "").lower()
    return letters[:1]


COMPARED = ("core_words", "country_key", "city_key", "registrable_domain", "phone_key")


def splink_linker(
    connection: duckdb.DuckDBPyConnection, blocks: Sequence[BlockingRuleCreator], pairs: str = ""
) -> Linker:
    """(c) Splink with a company model, trained on the records themselves as its authors advise.

    Names by Jaro-Winkler with term frequencies, cities by Jaro-Winkler, country, domain and phone
    exactly; u by random sampling, m by expectation maximisation over two blocks. `blocks` are the
    rules that make its pairs, besides equal domains and phones; with `pairs`, a table of
    record_key and pair_ids, they are the only ones.
    """
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    fields = ", ".join(COMPARED)
    filled = connection.execute(
        f"select {', '.join(f'count({name})' for name in COMPARED)}"
        " from matching.int_company_records_normalized"
    ).fetchone()
    used = {name for name, count in zip(COMPARED, filled or (), strict=True) if count}
    sides = [
        connection.execute(
            f"select record_key as unique_id, {fields}, substr(core_words, 1, 5) as beginning,"
            " split_part(core_words, ' ', 1) as first_word,"
            f" split_part(core_words, ' ', 2) as second_word{', pair_ids' if pairs else ''}"
            " from matching.int_company_records_normalized as records"
            f" {f'left join {pairs} using (record_key)' if pairs else ''} where side = '{side}'"
        ).to_arrow_table()
        for side in ("crm", "partner")
    ]
    names = cl.JaroWinklerAtThresholds("core_words", [0.95, 0.88, 0.8]).configure(
        term_frequency_adjustments=True
    )
    others = {
        "country_key": cl.ExactMatch("country_key"),
        "city_key": cl.JaroWinklerAtThresholds("city_key", [0.9]),
        "registrable_domain": cl.ExactMatch("registrable_domain"),
        "phone_key": cl.ExactMatch("phone_key"),
    }
    keys = [] if pairs else [one for one in ("registrable_domain", "phone_key") if one in used]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[names, *(one for name, one in others.items() if name in used)],
        blocking_rules_to_generate_predictions=[*blocks, *(block_on(name) for name in keys)],
    )
    api = DuckDBAPI()
    linker = Linker([api.register(side) for side in sides], settings, log_level=40)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("core_words")], recall=0.6)
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    # A block of a country holds too many pairs of a large list.
    small = sorted(used - {"core_words", "phone_key", "registrable_domain"})[:1]
    trained = ["first_word", *(["beginning"] if pairs else small)]
    for block in trained:
        try:
            training.estimate_parameters_using_expectation_maximisation(block_on(block))
        except Exception as error:  # it refuses blocks in which a comparison never varies
            print(f"Splink could not train on the block {block}: {type(error).__name__}")
    return linker


def splink_scores(connection: duckdb.DuckDBPyConnection) -> dict[Pair, float]:
    """Splink's probability of each pair that it finds likely at all."""
    from splink import block_on

    blocks = [block_on(name) for name in ("first_word", "beginning", "second_word")]
    linker = splink_linker(connection, blocks)
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    rows = predicted.as_duckdbpyrelation().fetchnumpy()
    scores = {}
    for left, right, probability in zip(
        rows["unique_id_l"], rows["unique_id_r"], rows["match_probability"], strict=True
    ):
        pair = (left, right) if left.startswith("crm|") else (right, left)
        scores[pair] = float(probability)
    return scores
