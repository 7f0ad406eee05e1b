"""One suite per landed table: every row has what the table's declaration asks of it.

The rules are made from the declarations of `orchestration.landing.contracts`; who owns a table and
why its rows must be whole is said here. Landing has checked every row once. The gate checks what
lies in landing, so that a batch which was changed or put there by hand goes no further.
"""

from __future__ import annotations

from expectations.rule import Rule
from orchestration.landing.contracts import Column, Table, declared_tables

# What each source is there for, and who answers for it.
_SOURCES: dict[str, tuple[str, str]] = {
    "salesforce": ("sales operations", "what the CRM holds decides credit, ownership and quotas"),
    "hubspot": ("sales operations", "what the CRM holds decides credit, ownership and quotas"),
    "bilateral": ("partnerships", "a row without its key cannot be matched, followed or purged"),
    "crossbeam": ("partnerships", "an overlap without its record is no evidence (rules section 3)"),
    "reveal": ("partnerships", "an overlap without its record is no evidence (rules section 3)"),
    "partnertap": (
        "partnerships",
        "an overlap without its record is no evidence (rules section 3)",
    ),
    "bombora": (
        "marketing operations",
        "a signal without company or week cannot be scored (rules section 5)",
    ),
    "sixsense": (
        "marketing operations",
        "a signal without company cannot be scored (rules section 5)",
    ),
    "templates": ("partnerships", "what people decided or promised must name what it is about"),
    "policy": (
        "finance",
        "a rule without version, day or number cannot be signed or replayed (rules section 8)",
    ),
    "settings": (
        "finance",
        "calendar, currency and time zone decide every period and amount (rules section 7.7)",
    ),
    "reference": (
        "data engineering",
        "without the list of public suffixes, hosts of one registry are one company (case 11)",
    ),
    "cosell": ("data engineering", "what was known when decides what a refresh of the past gives"),
}
_TABLES: dict[str, tuple[str, str]] = {
    "salesforce.accounts": (
        "sales operations",
        "an account without id or name cannot be matched (rules section 3)",
    ),
    "salesforce.opportunities": (
        "sales operations",
        "a deal without stage, creation time or close "
        "date has no quarter and no class (rules section 7)",
    ),
    "salesforce.users": ("sales operations", "credit goes to a user (rules section 7.5)"),
    "salesforce.dated_conversion_rates": (
        "finance",
        "money without a dated rate cannot be added up (case 4)",
    ),
    "salesforce.periods": ("finance", "a period without its days has gaps (case 5)"),
    "salesforce.forecasting_quotas": (
        "sales leadership",
        "a quota without its owner measures nobody (case 46)",
    ),
    "templates.attribution_overrides": (
        "finance",
        "an override without deal and class overrides nothing (rules section 7.12)",
    ),
    "templates.deal_registrations": (
        "partnerships",
        "a registration is the strongest claim to a deal (rules section 7.4)",
    ),
    "templates.expectations": (
        "sales leadership",
        "nobody is held to a target without metric or number (rules section 9)",
    ),
    "templates.intent_signals": (
        "marketing operations",
        "a signal without provider or week cannot be scored (rules section 5)",
    ),
    "templates.quarter_closes": (
        "finance",
        "a signature without a quarter or a name signs nothing (rules section 8)",
    ),
    "templates.rep_calendar": (
        "sales leadership",
        "seats, ramps and leaves make a target fair (case 22)",
    ),
    "cosell.quarter_freezes": (
        "finance",
        "the hash of what was signed is what a quarter is verified against",
    ),
}

_TYPES = {
    "integer": "decimal(38, 0)",
    "decimal": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}


def _owner_and_reason(table: Table) -> tuple[str, str]:
    return _TABLES.get(f"{table.source}.{table.name}") or _SOURCES[table.source]


def _findings(column: Column) -> list[str]:
    """What can be wrong with a value of a column, each as a branch of a `case`."""
    name = f'"{column.name}"'
    found = []
    if column.value_required:
        found.append(f"when coalesce({name}, '') = '' then '{column.name} is missing'")
    if column.kind != "text":
        found.append(
            f"when {name} is not null and try_cast({name} as {_TYPES[column.kind]}) is null "
            f"then '{column.name} is no {column.kind}'"
        )
    if column.vocabulary and not column.many:
        words = ", ".join(f"'{word}'" for word in column.vocabulary)
        found.append(f"when {name} not in ({words}) then '{column.name} is none of its words'")
    return found


def _rule(table: Table) -> Rule:
    owner, reason = _owner_and_reason(table)
    branches = [branch for column in table.columns for branch in _findings(column)]
    for group in table.at_least_one_of:
        values = ", ".join(f"nullif(\"{name}\", '')" for name in group)
        branches.append(f"when coalesce({values}) is null then '{' and '.join(group)} are missing'")
    branches.append("when _as_of is null or _batch_id is null then 'it has no day or no batch'")
    cases = "\n                    ".join(branches)
    required = [column.name for column in table.columns if column.value_required]
    keys = ", ".join(f'"{name}"' for name in required[:2])
    return Rule(
        rule_id=f"{table.source}_{table.name}_are_whole",
        table=f"{table.source}.{table.name}",
        severity="critical",
        owner=owner,
        statement="every landed row has its required values, and each value reads as its column "
        "says",
        reason=reason,
        mend=f"send the file again, and restore landing/{table.source}/{table.name} from a backup "
        "where it was changed by hand",
        query=f"""
            with judged as (
                select *, case
                    {cases}
                end as finding
                from batch
            )
            select _source_file, _row_number, finding{f", {keys}" if keys else ""}
            from judged
            where finding is not null
            order by _source_file, _row_number
        """,
    )


RULES: tuple[Rule, ...] = tuple(_rule(table) for table in declared_tables())
