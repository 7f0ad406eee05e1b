"""A default policy that changes gets a new version: what companies signed stays what it was."""

from __future__ import annotations

import csv
from pathlib import Path

from orchestration import company_defaults
from orchestration.landing.policy import TABLES
from orchestration.landing.policy_versions import read_policy_file, version_hashes

POLICIES = Path(company_defaults.__file__).parent / "policy"
RECORDED = Path(__file__).with_name("policy_versions.csv")
HOW_TO_MEND = (
    "give the rows that are new or changed a policy_version of their own, and add its line to "
    f"{RECORDED.name}; lines that are there stay"
)


def present_versions() -> dict[tuple[str, str], str]:
    """SHA-256 of the rows of every version in every default policy, by (policy, version)."""
    found = {}
    for table in TABLES:
        _, rows = read_policy_file(POLICIES / f"{table.name}.csv")
        for version, digest in version_hashes(table, rows).items():
            found[table.name, version] = digest
    return found


def recorded_versions() -> dict[tuple[str, str], str]:
    """The same as it was recorded when the version was made."""
    with RECORDED.open(encoding="utf-8", newline="") as stream:
        return {
            (row["policy"], row["policy_version"]): row["sha256"] for row in csv.DictReader(stream)
        }


def test_the_rows_of_a_version_are_those_that_were_recorded() -> None:
    recorded = recorded_versions()
    changed = {
        key: digest
        for key, digest in present_versions().items()
        if key in recorded and recorded[key] != digest
    }
    assert not changed, f"{sorted(changed)} changed under the same version: {HOW_TO_MEND}"


def test_every_version_is_recorded() -> None:
    missing = {
        key: digest for key, digest in present_versions().items() if key not in recorded_versions()
    }
    assert not missing, f"{missing} is not recorded: {HOW_TO_MEND}"
