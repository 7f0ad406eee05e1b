"""Which reps engaged which partners in the quarter, and what did it produce?"""

from __future__ import annotations

from orchestration.engagement import FIGURES, EngagedPair, engaged_pairs, shown_figure
from orchestration.review_pack.charts import grouped_bars
from orchestration.review_pack.document import Cell, Chart, Column, EvidenceList, Section, Table
from orchestration.review_pack.team import Team


def section(team: Team) -> Section | None:
    """One row per rep and partner of the quarter; who engaged nobody is named."""
    pairs = pairs_of(team)
    evidence = EvidenceList("engagement")
    columns = [
        Column("Rep"),
        Column("Partner"),
        *(Column(each.title, "number") for each in FIGURES),
    ]
    rows = [_row(pair, evidence) for pair in pairs]
    engaged = {pair.rep_id for pair in pairs if pair.is_engaged}
    idle = [rep.name for rep in team.reps if rep.is_in_seat and rep.rep_id not in engaged]
    notes = (
        [f"Engaged no partner in {team.week.fiscal_quarter}: {', '.join(idle)}."] if idle else []
    )
    caption = f"Reps and partners in {team.week.fiscal_quarter}, money in {team.currency}"
    return Section(
        anchor="engagement",
        title="Who engaged which partners, and what it produced",
        lead=(
            "Touches by their day, opportunities and pipeline by creation, bookings by close. "
            "Sourced and influenced are never added up."
        ),
        charts=_charts(team, pairs),
        tables=[Table(caption, columns, rows)] if rows else [],
        notes=notes if rows else [f"No rep engaged a partner in {team.week.fiscal_quarter}."],
        evidence=evidence.listed,
    )


def pairs_of(team: Team) -> list[EngagedPair]:
    """What each rep of the team did with each partner in the quarter."""
    reps = [rep.rep_id for rep in team.reps]
    return engaged_pairs(team.connection, [team.week.fiscal_quarter], reps=reps)


def _row(pair: EngagedPair, evidence: EvidenceList) -> list[Cell]:
    figures = []
    for each in FIGURES:
        records = pair.records.get(each.key, ())
        shown = shown_figure(each, pair.values[each.key])
        label = f"{pair.rep_name}, {pair.partner_name}: {each.title.lower()}"
        figures.append(evidence.cell(shown, label, [record.text for record in records]))
    return [Cell(pair.rep_name), Cell(pair.partner_name), *figures]


def _charts(team: Team, pairs: list[EngagedPair]) -> list[Chart]:
    bars = []
    for rep in team.reps:
        for name, key in (("sourced", "sourced_pipeline"), ("influenced", "influenced_pipeline")):
            amount = sum((pair.values[key] for pair in pairs if pair.rep_id == rep.rep_id), start=0)
            if amount:
                bars.append((rep.name, name, amount))
    if not bars:
        return []
    return [grouped_bars(f"Pipeline created with partners, {team.currency}", bars, is_money=True)]
