"""Releases: what readers open. Plain Python and DuckDB; no dbt and no Dagster here.

The doors are below; everything else in this folder is how they work.
"""

from __future__ import annotations

from orchestration.release.comparison import (
    ReleaseDifference,
    RowChange,
    SumChange,
    compare,
    differing_rows,
    sums_by,
    write_differences,
)
from orchestration.release.inputs import (
    CodeVersion,
    LandedInput,
    code_version,
    files_hash,
    landed_inputs,
    policy_hash,
)
from orchestration.release.pruning import Pruning, prune, quarters_of_releases
from orchestration.release.public_tables import PublicTable, public_tables, read_public_tables
from orchestration.release.publishing import PublishedRelease, ReleaseFacts, publish
from orchestration.release.quarter_verification import QuarterVerification, verify_quarter
from orchestration.release.release_folder import (
    Release,
    current_release,
    list_releases,
    named_release,
    read_release,
    rollback,
)
from orchestration.release.verification import Verification, verify

__all__ = [
    "CodeVersion",
    "LandedInput",
    "Pruning",
    "PublicTable",
    "PublishedRelease",
    "QuarterVerification",
    "Release",
    "ReleaseDifference",
    "ReleaseFacts",
    "RowChange",
    "SumChange",
    "Verification",
    "code_version",
    "compare",
    "current_release",
    "differing_rows",
    "files_hash",
    "landed_inputs",
    "list_releases",
    "named_release",
    "policy_hash",
    "prune",
    "public_tables",
    "publish",
    "quarters_of_releases",
    "read_public_tables",
    "read_release",
    "rollback",
    "sums_by",
    "verify",
    "verify_quarter",
    "write_differences",
]
