"""The figures that a reader in a hurry takes along, each from the section that tells more."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.engagement import FIGURES, EngagedPair, shown_figure
from orchestration.review_pack.document import EvidenceList, Fact, Section, Tone
from orchestration.review_pack.sections.engagement import pairs_of
from orchestration.review_pack.sections.open_deals import CLASSES, TABLE, open_deals
from orchestration.review_pack.sections.routes import TABLES, newest_due_list
from orchestration.review_pack.sections.targets import quarter_rows, row_id
from orchestration.review_pack.team import Team
from orchestration.review_pack.wording import share_of

SHOWN_SUMS = ("sourced_pipeline", "influenced_pipeline", "sourced_bookings", "influenced_bookings")
FAILING = ("off_track", "missed")


def section(team: Team) -> Section:
    """Seldom more than eight figures; each with the ids behind it."""
    evidence = EvidenceList("headline")
    pairs = pairs_of(team)
    facts = [_engaged(team, pairs, evidence), *_sums(team, pairs, evidence)]
    parts: tuple[tuple[bool, Callable[[Team, EvidenceList], list[Fact]]], ...] = (
        (team.has(TABLE, "core.dim_accounts"), _open),
        (team.has(*TABLES, "core.dim_accounts"), _routed),
        (team.has("accountability.fct_ae_weeks"), _targets),
    )
    for is_there, part in parts:
        facts += part(team, evidence) if is_there else []
    return Section(
        anchor="headline",
        title="At a glance",
        lead=(
            f"{team.week.fiscal_quarter}, {team.week.quarter_starts_on} to "
            f"{team.week.quarter_ends_on}; money in {team.currency}."
        ),
        facts=facts,
        evidence=evidence.listed,
    )


def _engaged(team: Team, pairs: list[EngagedPair], evidence: EvidenceList) -> Fact:
    in_seat = {rep.rep_id for rep in team.reps if rep.is_in_seat}
    engaging = sorted({pair.rep_id or "" for pair in pairs if pair.is_engaged} & in_seat)
    figure = share_of(len(engaging), len(in_seat))
    label = "Reps who engaged a partner"
    listed = [f"{rep_id} {team.name_of(rep_id)}" for rep_id in engaging]
    return Fact(label, evidence.cell(figure, label, listed))


def _sums(team: Team, pairs: list[EngagedPair], evidence: EvidenceList) -> list[Fact]:
    facts = []
    for figure in FIGURES:
        if figure.key not in SHOWN_SUMS:
            continue
        total = sum((pair.values[figure.key] for pair in pairs), start=0)
        records = [record.text for pair in pairs for record in pair.records[figure.key]]
        cell = evidence.cell(shown_figure(figure, total), figure.title, records)
        facts.append(Fact(f"{figure.title}, {team.currency}", cell))
    return facts


def _open(team: Team, evidence: EvidenceList) -> list[Fact]:
    deals = open_deals(team)
    facts = []
    for kind in CLASSES:
        ids = [deal["opportunity_id"] for deal in deals if deal["attribution_class"] == kind]
        label = f"Open opportunities, {kind}"
        facts.append(Fact(label, evidence.cell(f"{len(ids):,}", label, ids)))
    return facts


def _routed(team: Team, evidence: EvidenceList) -> list[Fact]:
    week, routed = newest_due_list(team)
    if week is None:
        return []
    in_time = [row["route_id"] for row in routed if row["is_touched_in_time"]]
    label = f"Routed accounts touched in time, list of {week}"
    return [Fact(label, evidence.cell(share_of(len(in_time), len(routed)), label, in_time))]


def _targets(team: Team, evidence: EvidenceList) -> list[Fact]:
    measured = [row for row in quarter_rows(team) if row["attainment"] is not None]
    failing = [
        f"{row_id(row)} {team.name_of(row['rep_id'])}, {row['metric']} {row['status']}"
        for row in measured
        if row["status"] in FAILING
    ]
    label = "Targets off track"
    tone: Tone = "bad" if failing else "good"
    return [Fact(label, evidence.cell(share_of(len(failing), len(measured)), label, failing, tone))]
