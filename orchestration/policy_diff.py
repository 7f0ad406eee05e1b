"""What a policy would change before anybody signs it.

Each side is run aside: a copy of the workshop and of landing learns the policy as the next refresh
would, and the two ledgers are compared. The home, its landing and its releases are only read.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestration.errors import CosellError
from orchestration.landing import land_company_configuration, policy
from orchestration.landing.knowledge_tables import recorded_batch_ids
from orchestration.landing.refreshes import open_refresh
from orchestration.progress import Progress, no_progress
from orchestration.release import Release, current_release
from orchestration.settings import Home, Settings, did_you_mean
from orchestration.workshop import hold_refresh_lock, read_state

CURRENT = "current"
STATION = "policy diff"
LEDGER_MODELS = "+fct_attribution_ledger"
LEDGER = "attribution.fct_attribution_ledger"
SHOWN_EXAMPLES = 10
# What the money is grouped by, as people ask for it.
GROUPINGS: Mapping[str, str] = {
    "class": "coalesce('excluded: ' || exclusion, attribution_class)",
    "partner": "coalesce(partner_id, 'none')",
    "rep": "coalesce(rep_id, 'unassigned')",
    "quarter": "origin_quarter",
}


@dataclass(frozen=True)
class Change:
    """The money of one group before and after; both in company currency."""

    measure: str
    group: str
    attribution_class: str
    """sourced, influenced, direct or `excluded: …`; classes are never added up."""
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        """What the policy would move."""
        return self.after - self.before


@dataclass(frozen=True)
class ChangedOpportunity:
    """One opportunity that the policy would judge otherwise."""

    opportunity_id: str
    name: str
    measure: str
    before: str
    after: str
    rule_before: str
    rule_after: str
    amount: Decimal


@dataclass(frozen=True)
class PolicyDiff:
    """What would change, from one side to the other."""

    old: str
    new: str
    release_id: str
    changes: Mapping[str, Sequence[Change]]
    """By grouping: class (every class, changed or not), partner, rep, quarter (changed ones)."""
    opportunities_count: int
    examples: Sequence[ChangedOpportunity]
    postings: Sequence[tuple[str, int]]
    """How many postings would go into which quarter, beside those of the old side."""


def diff_policies(
    settings: Settings, old: str, new: str, progress: Progress = no_progress
) -> PolicyDiff:
    """Compare what two policies make of everything that is known now.

    `old` and `new` are policy files (named like a policy, `attribution_windows.csv`), folders of
    such files, or `current` for what has landed. Raises CosellError where a side is none of these,
    where a policy cannot be read, and where there is no finished workshop to copy.
    """
    home = settings.home
    sides = (policy_files(old), policy_files(new))
    if sides[0] == sides[1]:
        raise CosellError(f"{old} and {new} are the same policy: there is nothing to compare.")
    release = comparable_release(settings)
    home.dagster.mkdir(parents=True, exist_ok=True)
    with hold_refresh_lock(home), TemporaryDirectory(dir=home.dagster) as folder:
        warehouses = []
        for number, (name, files) in enumerate(zip((old, new), sides, strict=True), start=1):
            progress(STATION, name, number - 1, len(sides))
            aside = copy_aside(home, Path(folder) / f"side_{number}")
            learn_policies(replace(settings, home=aside), release, files)
            warehouses.append(aside.warehouse)
        return compare(warehouses[0], warehouses[1], old, new, release)


def policy_files(side: str) -> dict[str, Path]:
    """The policy files of a side by policy; none for `current`."""
    if side == CURRENT:
        return {}
    path = Path(side).expanduser()
    known = [table.name for table in policy.TABLES]
    if path.is_dir():
        found = {file.stem: file for file in sorted(path.glob("*.csv")) if file.stem in known}
        if not found:
            raise CosellError(
                f"{side} holds no policy file: name them like {known[0]}.csv, or write `current`."
            )
        return found
    if not path.is_file():
        raise CosellError(
            f"{side} does not exist: give a policy file, a folder of them, or `{CURRENT}` for what "
            "has landed."
        )
    named = [name for name in known if path.stem == name or path.stem.startswith(f"{name}_")]
    if not named:
        raise CosellError(
            f"{path.name} is no policy{did_you_mean(path.stem, known)}: name it like one of "
            f"{', '.join(known)}, with `_` and whatever you like behind it."
        )
    return {max(named, key=len): path}


def comparable_release(settings: Settings) -> Release:
    """The release whose workshop is copied; raises CosellError where that is not finished."""
    release = current_release(settings.home)
    state = read_state(settings.home, settings.engine)
    if settings.engine != "duckdb":
        raise CosellError("A policy is compared on DuckDB: run it with --engine duckdb.")
    if (
        release is None
        or state is None
        or state.status != "complete"
        or state.release_id != release.release_id
        or not settings.home.warehouse.is_file()
    ):
        raise CosellError(
            f"The workshop of {settings.home.root} does not hold the current release: run "
            "`cosell refresh`, then compare."
        )
    return release


def copy_aside(home: Home, folder: Path) -> Home:
    """A home with the same landing and workshop. Landed files are linked: nobody changes them."""
    aside = Home(folder)
    folder.mkdir(parents=True)
    shutil.copytree(home.landing, aside.landing, copy_function=_link_or_copy)
    # What has landed and no refresh has read yet is neither side's: only the policy may differ.
    known = recorded_batch_ids(home)
    for entry in aside.journal.glob("*.json"):
        if entry.stem not in known:
            entry.unlink()
    shutil.copytree(home.config, aside.config)
    shutil.copy2(home.warehouse, aside.warehouse)
    aside.inbox.mkdir()
    aside.dagster.mkdir()
    return aside


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def learn_policies(settings: Settings, release: Release, files: Mapping[str, Path]) -> None:
    """Land the files as the next refresh would and let the ledger post what follows."""
    from orchestration.dbt_invocation import DbtProject

    home = settings.home
    # What lies in config/ and has not landed yet is nobody's side.
    for table in policy.TABLES:
        landed_policy_file(home, table.name)
    for name, file in files.items():
        shutil.copyfile(file, home.policies / f"{name}.csv")
    landed = land_company_configuration(home, release.as_of)
    if not landed:
        return
    open_refresh(home, release.as_of)
    DbtProject(settings).run(LEDGER_MODELS)


def landed_policy_file(home: Home, name: str) -> None:
    """Write a policy file back as it landed last."""
    import duckdb

    table = next(table for table in policy.TABLES if table.name == name)
    columns = ", ".join(f'"{column}"' for column in table.column_names)
    files = str(home.landing / policy.SOURCE / name / "*.parquet")
    file = str(home.policies / f"{name}.csv").replace("'", "''")
    duckdb.execute(
        f"copy (select {columns} from read_parquet('{files.replace(chr(39), chr(39) * 2)}') "
        "where _batch_id = (select arg_max(_batch_id, (_landed_at, _batch_id)) from "
        f"read_parquet('{files.replace(chr(39), chr(39) * 2)}')) order by _row_number) "
        f"to '{file}' (header)"
    )


@contextmanager
def _both(before: Path, after: Path) -> Iterator[Any]:
    import duckdb

    with duckdb.connect() as connection:
        for name, file in (("before", before), ("after", after)):
            literal = str(file).replace("'", "''")
            connection.execute(f"attach '{literal}' as side_{name} (read_only)")
        yield connection


def compare(before: Path, after: Path, old: str, new: str, release: Release) -> PolicyDiff:
    """Compare the ledgers of two warehouses."""
    with _both(before, after) as connection:
        changes = {
            name: [Change(*row) for row in connection.execute(_changes_query(name)).fetchall()]
            for name in GROUPINGS
        }
        connection.execute(_OPPORTUNITIES_QUERY)
        found = connection.execute(
            "select * from changed_opportunities"
            " order by abs(amount) desc, opportunity_id, measure, before, after"
        ).fetchall()
        postings = connection.execute(
            f"""
            select posted_quarter, count(*) from side_after.{LEDGER} as postings
            where posting_id not in (select posting_id from side_before.{LEDGER})
            group by posted_quarter order by posted_quarter
            """
        ).fetchall()
    return PolicyDiff(
        old=old,
        new=new,
        release_id=release.release_id,
        changes=changes,
        opportunities_count=len({row[0] for row in found}),
        examples=[ChangedOpportunity(*row) for row in found[:SHOWN_EXAMPLES]],
        postings=postings,
    )


def _changes_query(grouping: str) -> str:
    group, kind = GROUPINGS[grouping], GROUPINGS["class"]
    sums = " union all ".join(
        f"""
        select measure, {group} as group_name, {kind} as kind,
            {"amount_company_currency" if side == "before" else "0"} as before_amount,
            {"amount_company_currency" if side == "after" else "0"} as after_amount
        from side_{side}.{LEDGER}
        """
        for side in ("before", "after")
    )
    only_changed = "" if grouping == "class" else "having sum(before_amount) <> sum(after_amount)"
    return f"""
        select measure, group_name, kind,
            cast(sum(before_amount) as decimal(18, 2)), cast(sum(after_amount) as decimal(18, 2))
        from ({sums})
        group by measure, group_name, kind {only_changed}
        order by measure desc, group_name, kind
    """


_BALANCES = """
    select opportunity_id, measure, coalesce('excluded: ' || exclusion, attribution_class) as kind,
        partner_id, arg_max(rule_id, known_step) as rule_id,
        sum(amount_company_currency) as amount
    from {side}.attribution.fct_attribution_ledger
    group by opportunity_id, measure, kind, partner_id
    having sum(amount_company_currency) <> 0
"""
_OPPORTUNITIES_QUERY = f"""
    create temp table changed_opportunities as
    select
        coalesce(b.opportunity_id, a.opportunity_id) as opportunity_id,
        coalesce(names.opportunity_name, '') as opportunity_name,
        coalesce(b.measure, a.measure) as measure,
        coalesce(b.kind || coalesce(' ' || b.partner_id, ''), 'nothing') as before,
        coalesce(a.kind || coalesce(' ' || a.partner_id, ''), 'nothing') as after,
        coalesce(b.rule_id, '') as rule_before,
        coalesce(a.rule_id, '') as rule_after,
        cast(coalesce(a.amount, b.amount) as decimal(18, 2)) as amount
    from ({_BALANCES.format(side="side_before")}) as b
    full outer join ({_BALANCES.format(side="side_after")}) as a
        on b.opportunity_id = a.opportunity_id and b.measure = a.measure
    left join (
        select opportunity_id, max(opportunity_name) as opportunity_name
        from side_after.intermediate.int_crm_opportunities_versioned group by opportunity_id
    ) as names
        on coalesce(b.opportunity_id, a.opportunity_id) = names.opportunity_id
    where b.kind is distinct from a.kind or b.partner_id is distinct from a.partner_id
        or b.amount is distinct from a.amount
"""
