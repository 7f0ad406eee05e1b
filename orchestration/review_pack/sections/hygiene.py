"""Hygiene: which rules of a well-kept pipeline are broken, on which opportunities?"""

from __future__ import annotations

from orchestration.review_pack.document import Cell, Column, EvidenceList, Section, Table
from orchestration.review_pack.team import Row, Team
from orchestration.review_pack.wording import words

TABLE = "accountability.fct_opportunity_hygiene"
FLAGS = f"""
select
    flags.owner_rep_id as rep_id,
    flags.rule_id,
    flags.opportunity_id,
    coalesce(deals.opportunity_name, flags.opportunity_id) as deal,
    flags.measured_count,
    flags.allowed_count
from {TABLE} as flags
left join attribution.fct_attributed_opportunities as deals
    on flags.opportunity_id = deals.opportunity_id
where flags.is_flagged and flags.exclusion is null and list_contains($reps, flags.owner_rep_id)
order by flags.rule_id, flags.opportunity_id
"""


def section(team: Team) -> Section | None:
    """A row per rep, a column per rule; left out of a release that has no hygiene."""
    if not team.has(TABLE, "attribution.fct_attributed_opportunities"):
        return None
    flags = team.rows(FLAGS)
    title = "Hygiene"
    if not flags:
        return Section("hygiene", title, "No open opportunity of the team breaks a rule.")
    rules = sorted({flag["rule_id"] for flag in flags})
    evidence = EvidenceList("hygiene")
    rows = [
        [Cell(rep.name), *(_cell(flags, rep.rep_id, rep.name, rule, evidence) for rule in rules)]
        for rep in team.reps
        if any(flag["rep_id"] == rep.rep_id for flag in flags)
    ]
    columns = [Column("Rep"), *(Column(words(rule).capitalize(), "number") for rule in rules)]
    deals = len({flag["opportunity_id"] for flag in flags})
    return Section(
        anchor="hygiene",
        title=title,
        lead=(
            f"{deals:,} open opportunities break a rule, as of {team.release.as_of}; one may break "
            "several."
        ),
        tables=[Table("Opportunities by rep and rule", columns, rows)],
        evidence=evidence.listed,
    )


def _cell(flags: list[Row], rep_id: str, name: str, rule: str, evidence: EvidenceList) -> Cell:
    found = [flag for flag in flags if (flag["rep_id"], flag["rule_id"]) == (rep_id, rule)]
    listed = [
        f"{flag['opportunity_id']} {flag['deal']} ({flag['measured_count']}, allowed "
        f"{flag['allowed_count']})"
        for flag in found
    ]
    return evidence.cell(f"{len(found):,}", f"{name}: {words(rule)}", listed)
