"""The hash over what a fiscal quarter holds, computed from a release by a path of its own.

`rpt_quarter_closes` computes the same hash in SQL (macro `posting_text`); here the rows are read
from the released files and hashed in Python, so that neither can be wrong alone:

1. a posting is one text: its columns below, each as text or `∅` for NULL, joined by `|`;
2. each text is hashed by SHA-256; the hashes of the postings whose ids begin with the same two
   digits are joined by `, ` in the order of their ids and hashed again;
3. these hashes, joined by `, ` in the order of the two digits, are hashed once more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import ReleaseError, one_sentence
from orchestration.release.release_folder import Release, current_release, list_releases
from orchestration.settings import Home

if TYPE_CHECKING:
    import duckdb

LEDGER = "attribution.fct_attribution_ledger"
CLOSES = "attribution.rpt_quarter_closes"
FREEZES = ("cosell", "quarter_freezes")
NULL_TEXT = "∅"
GROUP_LENGTH = 2
# What a posting says for good, in the order in which it is hashed. A column that a later version of
# the ledger adds stays out, so that a hash that was signed can always be computed again.
POSTING_COLUMNS = (
    "posting_id",
    "opportunity_id",
    "measure",
    "attribution_class",
    "partner_id",
    "rep_id",
    "manager_id",
    "posted_quarter",
    "origin_quarter",
    "event_on",
    "amount_company_currency",
    "amount",
    "currency",
    "conversion_rate",
    "rate_on",
    "rate_kind",
    "exclusion",
    "posting_kind",
    "rule_id",
    "tie_break",
    "override_id",
    "evidence_touch_ids",
    "policy_version",
    "policy_sha256",
    "reason",
    "corrects_posting_id",
    "posted_at",
    "known_step",
    "opportunity_source_file",
    "opportunity_source_sha256",
    "opportunity_source_row_number",
)

Posting = tuple[str, ...]


@dataclass(frozen=True)
class QuarterContent:
    """The postings of one quarter, by id, each as the texts of its columns."""

    fiscal_quarter: str
    postings: Mapping[str, Posting]

    @property
    def sha256(self) -> str:
        """The hash over the postings, in whatever order they were read."""
        groups: dict[str, list[str]] = {}
        for posting_id in sorted(self.postings):
            text = "|".join(self.postings[posting_id])
            groups.setdefault(posting_id[:GROUP_LENGTH], []).append(_sha256(text))
        return _sha256(", ".join(_sha256(", ".join(groups[name])) for name in sorted(groups)))


@dataclass(frozen=True)
class QuarterRecord:
    """A hash that was recorded for a quarter, and where."""

    sha256: str
    postings_count: int
    recorded_by: str
    """For a sentence: `what … signed on …`, `what release … published`."""


@dataclass(frozen=True)
class QuarterVerification:
    """What verifying a closed quarter found; no differences means that it is as it was closed."""

    fiscal_quarter: str
    release_id: str
    sha256: str
    postings_count: int
    recorded_by: tuple[str, ...]
    differences: tuple[str, ...]

    @property
    def is_intact(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_quarter(
    connection: duckdb.DuckDBPyConnection, relation: str, fiscal_quarter: str
) -> QuarterContent:
    """Read the postings of a quarter from a ledger, given as SQL text of a table."""
    columns = ", ".join(
        f"coalesce(cast({name} as varchar), '{NULL_TEXT}')" for name in POSTING_COLUMNS
    )
    rows: Sequence[Posting] = connection.execute(
        f"select {columns} from {relation} where posted_quarter = ?", [fiscal_quarter]
    ).fetchall()
    return QuarterContent(fiscal_quarter, {row[0]: row for row in rows})


def quarter_of_release(release: Release, fiscal_quarter: str) -> QuarterContent:
    """The postings of a quarter in a release; raises ReleaseError where they cannot be read."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        try:
            return read_quarter(connection, _parquet(release, LEDGER), fiscal_quarter)
        except duckdb.Error as error:
            raise ReleaseError(
                f"The ledger of release {release.release_id} cannot be read "
                f"({one_sentence(str(error))[:160]}): `cosell verify {release.release_id}` says "
                "what is wrong with it."
            ) from None


def _parquet(release: Release, table: str) -> str:
    return f"read_parquet('{_literal(release.table_file(table))}')"


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")


def verify_quarter(home: Home, fiscal_quarter: str) -> QuarterVerification:
    """Compute the hash of a closed quarter again and compare it with every record of it.

    Both forms of the current release's ledger are read, the Parquet file and the DuckDB file. The
    records are the landed signature and what each release published for the quarter. Raises
    ReleaseError where there is no release, or where the quarter is not closed in it.
    """
    release = current_release(home)
    if release is None:
        raise ReleaseError("There is no current release: run `cosell refresh` first.")
    records = list(recorded_hashes(home, fiscal_quarter, release))
    if not records:
        raise ReleaseError(
            f"{fiscal_quarter} is not closed in release {release.release_id}: sign it with "
            f"`cosell close {fiscal_quarter} --signed-by NAME` and refresh."
        )
    readings, differences = _readings(release, fiscal_quarter)
    trusted = _trusted_postings(home, release, fiscal_quarter, records, readings)
    for file, content in readings.items():
        differences += [
            f"{file} is not {record.recorded_by}: {_what_differs(content, record, trusted)}"
            for record in records
            if content.sha256 != record.sha256
        ][:1]
    content = next(iter(readings.values()), QuarterContent(fiscal_quarter, {}))
    return QuarterVerification(
        fiscal_quarter=fiscal_quarter,
        release_id=release.release_id,
        sha256=content.sha256,
        postings_count=len(content.postings),
        recorded_by=tuple(record.recorded_by for record in records),
        differences=tuple(differences),
    )


def recorded_hashes(home: Home, fiscal_quarter: str, release: Release) -> Iterator[QuarterRecord]:
    """The signature of a quarter, then what each release up to `release` published for it."""
    import duckdb

    with duckdb.connect() as connection:
        # A signature counts from the refresh that learned of it; before that the quarter is open.
        signed = connection.execute(
            "select postings_sha256, cast(postings_count as bigint), signed_by, signed_on "
            "from read_parquet(?) where fiscal_quarter = ? and _batch_id in ("
            "  select batch_id from read_parquet(?) where cast(refresh_number as bigint) <= ?"
            ") order by _as_of desc, _batch_id desc limit 1",
            [
                str(home.landing.joinpath(*FREEZES, "*.parquet")),
                fiscal_quarter,
                str(home.landing / "cosell" / "landed_batches" / "*.parquet"),
                int(release.manifest["refresh_number"]),
            ],
        ).fetchone()
        if signed is not None:
            yield QuarterRecord(signed[0], signed[1], f"what {signed[2]} signed on {signed[3]}")
        for each in list_releases(home):
            if each.as_of > release.as_of or CLOSES not in each.manifest["tables"]:
                continue
            try:
                published = connection.execute(
                    f"select postings_sha256, postings_count from {_parquet(each, CLOSES)} "
                    "where fiscal_quarter = ?",
                    [fiscal_quarter],
                ).fetchone()
            except duckdb.Error:
                continue  # Verifying that release says what is wrong with it.
            if published is not None:
                yield QuarterRecord(
                    published[0], published[1], f"what release {each.release_id} published"
                )


def _readings(release: Release, fiscal_quarter: str) -> tuple[dict[str, QuarterContent], list[str]]:
    """The quarter as each file of a release holds it, and what could not be read."""
    import duckdb

    area, _, name = LEDGER.partition(".")
    found: dict[str, QuarterContent] = {}
    differences: list[str] = []
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for file in (release.table_file(LEDGER), release.database):
            shown = file.relative_to(release.path).as_posix()
            if not file.is_file():
                differences.append(f"{shown} of release {release.release_id} is missing")
                continue
            try:
                if file == release.database:
                    connection.execute(f"attach '{_literal(file)}' as released (read_only)")
                    found[shown] = read_quarter(
                        connection, f"released.{area}.{name}", fiscal_quarter
                    )
                else:
                    found[shown] = read_quarter(
                        connection, _parquet(release, LEDGER), fiscal_quarter
                    )
            except duckdb.Error as error:
                differences.append(f"{shown} cannot be read ({one_sentence(str(error))[:160]})")
    return found, differences


def _trusted_postings(
    home: Home,
    release: Release,
    fiscal_quarter: str,
    records: Sequence[QuarterRecord],
    readings: Mapping[str, QuarterContent],
) -> QuarterContent | None:
    """A reading of the quarter that is as the first record says: of this release or of another."""
    wanted = records[0].sha256
    for content in readings.values():
        if content.sha256 == wanted:
            return content
    if not any(content.sha256 != wanted for content in readings.values()):
        return None
    for other in reversed(list_releases(home)):
        if other.release_id != release.release_id:
            try:
                content = quarter_of_release(other, fiscal_quarter)
            except ReleaseError:
                continue
            if content.sha256 == wanted:
                return content
    return None


def _what_differs(
    content: QuarterContent, record: QuarterRecord, trusted: QuarterContent | None
) -> str:
    """The first posting that differs, or only how many there are where nothing right is left."""
    if trusted is None:
        return (
            f"{len(content.postings)} postings with the hash {content.sha256[:12]}, recorded were "
            f"{record.postings_count} with {record.sha256[:12]}"
        )
    for posting_id in sorted({*content.postings, *trusted.postings}):
        found, right = content.postings.get(posting_id), trusted.postings.get(posting_id)
        if found == right:
            continue
        named = f"posting {posting_id[:8]} of opportunity {(found or right or ('', ''))[1]}"
        if found is None:
            return f"{named} is gone"
        if right is None:
            return f"{named} was added"
        name, new, old = next(
            (name, new, old)
            for name, new, old in zip(POSTING_COLUMNS, found, right, strict=True)
            if new != old
        )
        return f"{named} has {name} {new} and had {old}"
    return "another hash was recorded for the same postings"
