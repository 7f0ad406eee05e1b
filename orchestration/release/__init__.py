"""Releases: what readers open. Plain Python and DuckDB; no dbt and no Dagster here.

The doors are below; everything else in this folder is how they work.
"""

from __future__ import annotations

from orchestration.release.inputs import (
    CodeVersion,
    LandedInput,
    code_version,
    files_hash,
    landed_inputs,
    policy_hash,
)
from orchestration.release.public_tables import PublicTable, public_tables, read_public_tables
from orchestration.release.publishing import PublishedRelease, ReleaseFacts, publish
from orchestration.release.quarter_verification import QuarterVerification, verify_quarter
from orchestration.release.release_folder import (
    Release,
    current_release,
    list_releases,
    read_release,
    rollback,
)
from orchestration.release.verification import Verification, verify

__all__ = [
    "CodeVersion",
    "LandedInput",
    "PublicTable",
    "PublishedRelease",
    "QuarterVerification",
    "Release",
    "ReleaseFacts",
    "Verification",
    "code_version",
    "current_release",
    "files_hash",
    "landed_inputs",
    "list_releases",
    "policy_hash",
    "public_tables",
    "publish",
    "read_public_tables",
    "read_release",
    "rollback",
    "verify",
    "verify_quarter",
]
