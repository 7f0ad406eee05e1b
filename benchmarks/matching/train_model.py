"""Fits the matching model on the labelled sets and writes the seed `match_model`.

    python -m benchmarks.matching.train_model --version 2026.2

A logistic regression over the levels of agreement, held near what is known of the field where the
sets say little (a level that no set has keeps its stated bits), then a calibration of the best
candidate of each record. Compare `python -m benchmarks.matching.quality` before and after, and set
`automatic_probability` in the policy to the least value that keeps the precision asked for.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from benchmarks.matching.labelled_sets import LabelledSet, labelled_sets
from benchmarks.matching.product import PROJECT, MatchingWarehouse

SEED = PROJECT / "seeds" / "match_model.csv"
Floats = npt.NDArray[np.float64]

# Bits that the field expects of each level, before any set has spoken.
EXPECTED: dict[str, dict[str, float]] = {
    "prior": {"always": -6},
    "name": {
        "equal": 7,
        "same_words": 6.5,
        "joined": 6,
        "alternative": 4,
        "typo": 4,
        "acronym": -1,
        "contained_mostly": 2,
        "contained_partly": 0,
        "contained_barely": -1,
        "contained_typo_mostly": 0,
        "contained_typo_partly": -2,
        "contained_typo_barely": -3,
        "similar": -1,
        "partial": -4,
        "faint": -7,
        "different": -9,
    },
    "name_rarity": {
        "below_-8": -5,
        "from_-8": -3,
        "from_-4": -1.5,
        "from_0": 0,
        "from_4": 1,
        "from_8": 2,
        "from_16": 3,
    },
    "country": {"equal": 1.5, "different": -4},
    "city": {"equal": 4, "similar": 3, "different": -3},
    "phone": {"equal": 8, "different": -1, "shared": 0},
    "duns": {"equal": 22, "different": -6},
    "domain": {
        "same_host": 10,
        "below_own": 9,
        "sibling_hosts": 5,
        "same_label": 3,
        "name_in_domain": 3,
        "different": -3,
        "shared": 0,
    },
    "email_domain": {"equal": 6},
    "crm_id": {"equal": 30},
    "linkedin": {"equal": 10, "different": -4},
}
# What is missing says nothing, by definition.
UNSAID = {"missing": 0.0}
FIXED = {"missing", "shared"}
# How hard a level is held to what is expected. The sets know few companies with offices in two
# countries or cities, so they must not make a difference there look like proof.
HELD = {("country", "different"): 40.0, ("city", "different"): 40.0, ("city", "similar"): 10.0}
HELD_BY_COMPARISON = {"prior": 0.0, "name_rarity": 20.0}
# An ISIN is a security: two of one company under one name in one country are no counterexample.
SAME_COMPANY = (
    "not is_true and country_level = 'equal' and name_level in"
    " ('equal', 'same_words', 'joined', 'typo', 'contained_mostly', 'alternative')"
)
LEVELS = [
    (comparison, level)
    for comparison, levels in EXPECTED.items()
    for level in [*levels, *({} if comparison == "prior" else UNSAID)]
]


def expected_bits() -> Floats:
    """Expected bits in the order of LEVELS."""
    return np.array([EXPECTED[one].get(level, 0.0) for one, level in LEVELS])


def fitted(levels: Floats, truth: Floats, weights: Floats) -> Floats:
    """Bits per level: maximum a posteriori, Newton's method."""
    place = expected_bits() * np.log(2)
    held = np.diag([HELD.get(key, HELD_BY_COMPARISON.get(key[0], 1.0)) for key in LEVELS])
    free = np.array([level not in FIXED for _, level in LEVELS])
    start = place.copy()
    for _ in range(40):
        probability = 1 / (1 + np.exp(-(levels @ place)))
        slope = levels.T @ (weights * (truth - probability)) - held @ (place - start)
        spread = weights * probability * (1 - probability)
        curve = (levels * spread[:, None]).T @ levels + held
        step = np.zeros(len(place))
        step[free] = np.linalg.solve(curve[np.ix_(free, free)], slope[free])
        place = place + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-6:
            break
    bits: Floats = place / np.log(2)
    return bits


def calibrated(bits: Floats, truth: Floats, weights: Floats) -> tuple[float, float]:
    """Intercept and slope that make odds in bits of best candidates honest."""
    columns = np.column_stack([np.ones_like(bits), bits * np.log(2)])
    place = np.array([0.0, 1.0])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-(columns @ place)))
        slope = columns.T @ (weights * (truth - probability))
        spread = weights * probability * (1 - probability)
        place = place + np.linalg.solve((columns * spread[:, None]).T @ columns, slope)
    return float(place[0] / np.log(2)), float(place[1])


def compared_pairs(
    warehouse: MatchingWarehouse, source: duckdb.DuckDBPyConnection, one: LabelledSet
) -> tuple[Floats, Floats, Floats, Floats]:
    """Levels and truth of compared pairs; bits and truth of the best candidates."""
    folder = warehouse.folder
    for part in ("accounts", "records", "truth"):
        source.execute(f"copy ({one.query(part)}) to '{folder}/{part}.parquet'")
    warehouse.match(f"from '{folder}/accounts.parquet'", f"from '{folder}/records.parquet'")
    dropped = SAME_COMPANY if one.name.startswith("listings") else "false"
    names = [name for name in EXPECTED if name != "prior"]
    with warehouse.connect() as connection:
        connection.execute(
            f"create temp table truth as select 'crm|' || crm_id as ours,"
            f" list_id || '|' || record_id as theirs, true as is_true"
            f" from '{folder}/truth.parquet'"
        )
        pairs = connection.execute(
            f"select * from (select pairs.*, coalesce(is_true, false) as is_true"
            f" from matching.int_match_pairs_compared as pairs left join truth"
            f" on crm_record_key = ours and partner_record_key = theirs) where not ({dropped})"
        ).fetchnumpy()
        best = connection.execute(
            f"""
            select * from (
                select cast(least(greatest(probability, 0.000001), 0.999999) as double) as p,
                    evidence like '%country equal%' as is_same_country,
                    coalesce(is_true, false) as is_true
                from matching.int_matches_decided left join truth
                    on 'crm|' || crm_account_id = ours
                    and partner_id || '|' || partner_account_id = theirs
                where rule_id in ('above_threshold', 'below_threshold', 'several_companies')
            ) where not ({"not is_true and is_same_country" if dropped != "false" else "false"})
            """
        ).fetchnumpy()
    columns = {key: place for place, key in enumerate(LEVELS)}
    levels = np.zeros((len(pairs["is_true"]), len(LEVELS)))
    levels[:, columns[("prior", "always")]] = 1
    for name in names:
        for row, level in enumerate(pairs[f"{name}_level"]):
            levels[row, columns[(name, level)]] = 1
    bits = np.log2(best["p"] / (1 - best["p"]))
    return levels, np.asarray(pairs["is_true"], float), bits, np.asarray(best["is_true"], float)


def write_seed(version: str, bits: Floats, intercept: float, slope: float) -> None:
    """Write the model."""
    rows = [
        f"{version},{name},{level},{value:.4f}"
        for (name, level), value in zip(LEVELS, bits, strict=True)
    ]
    rows += [f"{version},calibration,intercept,{intercept:.4f}"]
    rows += [f"{version},calibration,slope,{slope:.4f}"]
    text = "\n".join(["model_version,comparison,level,contribution", *rows]) + "\n"
    SEED.write_text(text, encoding="utf-8")


def main() -> None:
    """Fit, write, match again with the new bits, calibrate, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True)
    version = parser.parse_args().version
    os.environ.setdefault("COSELL_THREADS", "2")
    with duckdb.connect() as source, tempfile.TemporaryDirectory() as folder:
        sets = [one for one in labelled_sets(source) if one.is_for_training]
        warehouse = MatchingWarehouse(Path(folder))
        found = [compared_pairs(warehouse, source, one) for one in sets]
        weights = [
            np.full(len(one[1]), 0.5 if which.name.startswith("listings") else 1.0)
            for which, one in zip(sets, found, strict=True)
        ]
        bits = fitted(
            np.vstack([one[0] for one in found]),
            np.concatenate([one[1] for one in found]),
            np.concatenate(weights),
        )
        write_seed(version, bits, 0.0, 1.0)
        warehouse.reseed("match_model")
        again = [compared_pairs(warehouse, source, one) for one in sets if one.has_field]
        intercept, slope = calibrated(
            np.concatenate([one[2] for one in again]),
            np.concatenate([one[3] for one in again]),
            np.concatenate([np.full(len(one[2]), 1000 / len(one[2])) for one in again]),
        )
        write_seed(version, bits, intercept, slope)
    print(f"{SEED}: version {version}, calibration {intercept:.4f} + {slope:.4f} bits")


if __name__ == "__main__":
    main()
