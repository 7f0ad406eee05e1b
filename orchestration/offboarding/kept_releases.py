"""Releases without the partner: what finance signed stays as it is, the rest loses its rows.

The ledger, its evidence ids and everything that was computed from them are untouched: a closed
quarter verifies as before. The manifest keeps what was published (counts and hashes, from which the
release's id follows) and says beside it what each table holds since, and by which receipt.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.landing.sql_text import literal
from orchestration.offboarding.landed_batches import PURGED_FILE, hidden_record
from orchestration.progress import no_progress
from orchestration.release.durability import file_sha256, flush_file
from orchestration.release.public_tables import PublicTable
from orchestration.release.publishing import (
    build_database,
    open_database,
    read_database,
    write_json,
    write_table_files,
)
from orchestration.release.release_folder import (
    DATABASE_FILE,
    GATES_FOLDER,
    MANIFEST_FILE,
    TABLES_FOLDER,
    UNFINISHED_PREFIX,
    Release,
)
from orchestration.settings import Settings

_RECORDS = "workshop.core.fct_company_records"


@dataclass(frozen=True)
class TableRule:
    """What a released table loses; SQL in which `{partner}` is the partner's id as a literal.

    emptied: column -> SQL of what it holds afterwards, in the rows of emptied_when.
    """

    removed_when: str = "false"
    emptied_when: str = "false"
    emptied: Mapping[str, str] = field(default_factory=dict)


OF_THE_PARTNER = TableRule(removed_when="coalesce(partner_id = {partner}, false)")
_SELLER = TableRule(
    emptied_when="coalesce(partner_id = {partner}, false)", emptied={"partner_seller_id": "null"}
)
_NOTHING = TableRule()
_IN_ITS_COMPANY = (
    f"company_id in (select company_id from {_RECORDS} where partner_id = {{partner}})"
)

# In the area account_mapping, a table with a column partner_id loses the partner's rows; what
# differs from that, and every table of the other areas that loses anything, is here.
RULES: Mapping[str, TableRule] = {
    "account_mapping.fct_account_intent": _NOTHING,
    "account_mapping.rpt_route_coverage": _NOTHING,
    "account_mapping.rpt_route_funnel": TableRule(
        removed_when="slice_kind = 'partner' and slice_id = {partner}"
    ),
    "account_mapping.fct_company_conflicts": TableRule(removed_when=_IN_ITS_COMPANY),
    "core.dim_companies": TableRule(
        removed_when=f"{_IN_ITS_COMPANY} and company_id not in (select company_id "
        f"from {_RECORDS} where partner_id is distinct from {{partner}})",
        emptied_when="coalesce(source_partner_id = {partner}, false)",
        emptied=dict.fromkeys(
            ("company_name", "domain", "duns", "country_code", "source_file"), "null"
        ),
    ),
    "core.fct_company_records": TableRule(
        removed_when="coalesce(partner_id = {partner}, false)",
        emptied_when="true",
        emptied=dict.fromkeys(("founder_record_id", "keeper_record_id"), "{record}"),
    ),
    "core.fct_company_relations": TableRule(
        removed_when="coalesce(partner_id = {partner}, false)",
        emptied_when="true",
        emptied=dict.fromkeys(("record_id", "parent_record_id"), "{record}"),
    ),
    "attribution.fct_partner_touches": _SELLER,
    "attribution.fct_partner_touch_evidence": _SELLER,
    "accountability.fct_partner_plans": TableRule(
        emptied_when="coalesce(partner_id = {partner}, false)",
        emptied={"partner_owner_name": "null"},
    ),
    "ops.landed_batches": TableRule(
        emptied_when="batch_id in ({hidden})", emptied={"source_file": "{file}"}
    ),
}


@dataclass(frozen=True)
class PurgedRelease:
    """What one release lost: table -> rows that it had and has, and the hash of what it has."""

    release_id: str
    tables: Mapping[str, Mapping[str, Any]]
    reports_removed: int


def rule_of(full_name: str, columns: Iterable[str]) -> TableRule:
    """What a released table loses, by its name and the names of its columns."""
    if full_name in RULES:
        return RULES[full_name]
    is_mapping = full_name.startswith("account_mapping.") and "partner_id" in columns
    return OF_THE_PARTNER if is_mapping else _NOTHING


def rows_of_partner(settings: Settings, release: Release, partner_id: str) -> int:
    """How many rows of a release go."""
    tables = release.manifest["tables"]
    count = 0
    with open_database(settings, ":memory:") as connection:
        connection.execute(f"attach {literal(str(release.database))} as workshop (read_only)")
        for name, table in tables.items():
            rule = rule_of(name, table["columns"])
            if rule.removed_when == "false" or not _applies(rule, tables):
                continue
            removed_when = _filled(rule.removed_when, partner_id, {})
            found = connection.execute(
                f"select count(*) from workshop.{name} where {removed_when}"
            ).fetchone()
            count += int(found[0]) if found else 0
    return count


def purge_release(
    settings: Settings,
    release: Release,
    partner_id: str,
    hidden_files: Mapping[str, str],
    purge: Mapping[str, str],
) -> PurgedRelease:
    """Write a release without the partner, file by file; readers keep what they have opened.

    hidden_files: batch -> hash of the name of its file, of lists that were the partner's alone.
    purge: receipt_id, partner_id and purged_on, for the manifest. A release that has been purged
    for this receipt is left alone.
    """
    manifest = release.manifest
    done = {each["receipt_id"]: each for each in manifest.get("purges", [])}
    if purge["receipt_id"] in done:
        was = done[purge["receipt_id"]]
        return PurgedRelease(release.release_id, was["tables"], was["reports_removed"])
    tables = [
        PublicTable(area, table_name, frozenset(table["not_in_content_hash"]))
        for name, table in manifest["tables"].items()
        for area, _, table_name in [name.partition(".")]
    ]
    building = settings.home.releases / f"{UNFINISHED_PREFIX}{uuid.uuid4().hex[:12]}"
    try:
        building.joinpath(TABLES_FOLDER).mkdir(parents=True)
        rows_of = _rows_of(manifest["tables"], partner_id, hidden_files)
        database = building / DATABASE_FILE
        build_database(settings, database, tables, no_progress, release.database, rows_of)
        contents = read_database(settings, database, tables, no_progress)
        changed = [
            table
            for table in tables
            if contents[table.full_name].content_hash
            != _held(manifest["tables"][table.full_name])["content_hash"]
        ]
        write_table_files(settings, building, changed, contents, no_progress)
        purged = {}
        for table in changed:
            published = manifest["tables"][table.full_name]
            content = contents[table.full_name]
            purged[table.full_name] = {
                "rows_before": _held(published)["rows"],
                "rows": content.rows_count,
                "content_hash": content.content_hash,
            }
            published["purged"] = {"rows": content.rows_count, "content_hash": content.content_hash}
        for file in (database, *building.joinpath(TABLES_FOLDER).iterdir()):
            flush_file(file)
            file.replace(release.path / file.relative_to(building))
    finally:
        shutil.rmtree(building, ignore_errors=True)
    # The reports quote rows that failed a rule; the verdicts are in the manifest.
    reports = [name for name in manifest["files"] if name.startswith(f"{GATES_FOLDER}/")]
    shutil.rmtree(release.path / GATES_FOLDER, ignore_errors=True)
    _tell(manifest, release.path, hidden_files)
    entry = {**purge, "tables": purged, "reports_removed": len(reports)}
    manifest["purges"] = [*manifest.get("purges", []), entry]
    _replace_manifest(release.path, manifest)
    return PurgedRelease(release.release_id, purged, len(reports))


def _held(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a table of a manifest holds now: as published, or as the last purge left it."""
    held: Mapping[str, Any] = table.get("purged", table)
    return held


def _tell(manifest: dict[str, Any], folder: Path, hidden_files: Mapping[str, str]) -> None:
    """Let the manifest say what is there now."""
    manifest["files"] = {
        name: {
            "bytes": folder.joinpath(name).stat().st_size,
            "sha256": file_sha256(folder / name),
        }
        for name in manifest["files"]
        if not name.startswith(f"{GATES_FOLDER}/")
    }
    for landed in manifest["inputs"]:
        if landed["batch_id"] in hidden_files:
            landed["file"] = f"{PURGED_FILE}{hidden_files[landed['batch_id']]}"
    for gate in manifest["gates"]:
        for rule in gate.get("rules", []):
            for quoting in ("message", "examples"):
                rule.pop(quoting, None)


def _replace_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    beside = folder.parent / f".{folder.name}.{MANIFEST_FILE}"
    write_json(beside, manifest)
    flush_file(beside)
    beside.replace(folder / MANIFEST_FILE)
    flush_file(folder)


def _rows_of(
    tables: Mapping[str, Any], partner_id: str, hidden_files: Mapping[str, str]
) -> Callable[[PublicTable], str]:
    """The rows that stay of each table, as a query."""

    def query(table: PublicTable) -> str:
        columns = tables[table.full_name]["columns"]
        rule = rule_of(table.full_name, columns)
        relation = f'workshop."{table.area}"."{table.name}"'
        if not _applies(rule, tables):
            return f"select * from {relation}"
        when = _filled(rule.emptied_when, partner_id, hidden_files)
        replaced = ", ".join(
            f"cast(case when {when} then "
            f"{_filled(sql, partner_id, hidden_files, name)} else {name} end "
            f"as {columns[name]}) as {name}"
            for name, sql in rule.emptied.items()
            if name in columns
        )
        selected = f"* replace ({replaced})" if replaced else "*"
        removed_when = _filled(rule.removed_when, partner_id, hidden_files)
        return f"select {selected} from {relation} where not ({removed_when})"

    return query


def _applies(rule: TableRule, tables: Mapping[str, Any]) -> bool:
    """A release from before companies had records has no rows to compare with."""
    return _RECORDS not in rule.removed_when or _RECORDS.removeprefix("workshop.") in tables


def _filled(sql: str, partner_id: str, hidden_files: Mapping[str, str], column: str = "") -> str:
    """The SQL of a rule with its values."""
    hidden = ", ".join(literal(batch_id) for batch_id in hidden_files) or "null"
    names = " ".join(
        f"when {literal(batch_id)} then {literal(PURGED_FILE + name)}"
        for batch_id, name in hidden_files.items()
    )
    return (
        sql.replace("{partner}", literal(partner_id))
        .replace("{record}", hidden_record(column, partner_id))
        .replace("{hidden}", hidden)
        .replace("{file}", f"case batch_id {names} end" if names else "null")
    )
