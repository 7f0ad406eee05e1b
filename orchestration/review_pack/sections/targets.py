"""Targets and pace: what was asked of each rep, what is fair, what is done, how it stands.

Of the release's own week the quarter is told as it stands today (`fct_ae_quarters`), of an earlier
week as it was known then (`fct_ae_weeks`).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from orchestration.review_pack.charts import Bullet, WeekPoint, bullets, weeks
from orchestration.review_pack.document import Cell, Chart, Column, EvidenceList, Section, Table
from orchestration.review_pack.team import Row, Team
from orchestration.review_pack.wording import (
    METRICS,
    MONEY_METRICS,
    NOTHING,
    SHARE_METRICS,
    TONES,
    amount_of,
    day_text,
    metric_name,
    percent,
    words,
)

QUARTER = """
select * from accountability.fct_ae_quarters
where fiscal_quarter = $quarter and list_contains($reps, rep_id)
"""
WEEKS = """
select * from accountability.fct_ae_weeks
where fiscal_quarter = $quarter and list_contains($reps, rep_id) and through_on <= $day
    and actual is not null
order by through_on
"""
# What each metric counts, as the records of a rep with and without partners hold it.
RECORDS = {
    "partner_touches": "figure = 'partner_touches'",
    "joint_calls": "figure = 'partner_touches' and touch_type = 'joint_call'",
    "partner_sourced_opportunities": (
        "figure = 'opportunities_created' and attribution_class = 'sourced'"
    ),
    "co_sell_opportunities": (
        "figure = 'opportunities_created' and attribution_class in ('sourced', 'influenced')"
    ),
    "pipeline_created": "figure = 'pipeline_created'",
    "bookings": "figure = 'bookings'",
}
WARNING_COLUMNS = {
    *("is_flagged", "flag_reason", "projected_actual", "projected_attainment"),
    *("projected_low_attainment", "projected_high_attainment"),
}
LEGEND = (
    "Grey band: the fair target. Dark bar: done. Upright line: an even pace at the end of the last "
    "week that was told. Diamond: done a week before that."
)


def section(team: Team) -> Section | None:
    """A row per rep, a column per metric; a chart per metric that can be measured."""
    if not team.has("accountability.fct_ae_weeks"):
        return None
    told = team.rows(WEEKS)
    rows = quarter_rows(team)
    metrics = _in_order({row["metric"] for row in rows})
    evidence = EvidenceList("targets")
    by_cell = {(row["rep_id"], row["metric"]): row for row in rows}
    behind = _records(team)
    table = Table(
        f"Targets of {team.week.fiscal_quarter}: done of the fair target",
        [Column("Rep"), *(Column(metric_name(metric)) for metric in metrics)],
        [
            [
                Cell(rep.name),
                *(
                    _cell(by_cell.get((rep.rep_id, each)), rep.name, behind, evidence)
                    for each in metrics
                ),
            ]
            for rep in team.reps
            if any((rep.rep_id, metric) in by_cell for metric in metrics)
        ],
    )
    return Section(
        anchor="targets",
        title="Targets and pace",
        lead=_lead(team, told),
        charts=[chart for metric in metrics for chart in _charts(team, metric, rows, told)],
        tables=[each for each in (table, _warnings(team, told, evidence)) if each.rows],
        notes=[LEGEND] if told else ["No week of the quarter has been told yet: no pace is drawn."],
        evidence=evidence.listed,
    )


def quarter_rows(team: Team) -> list[Row]:
    """One row per rep and metric: as it stands today, or as it was known in that week."""
    if team.week.is_newest:
        return team.rows(QUARTER)
    newest: dict[tuple[str, str], Row] = {}
    for row in team.rows(WEEKS):
        newest[row["rep_id"], row["metric"]] = row
    return list(newest.values())


def row_id(row: Row) -> str:
    """The published row that a target is read from: of the quarter, or of one of its weeks."""
    key = "ae_quarter_id" if "ae_quarter_id" in row else "ae_week_id"
    return f"{key} {row[key]}"


def _lead(team: Team, told: list[Row]) -> str:
    last = day_text(max((row["through_on"] for row in told), default=None))
    if team.week.is_newest:
        return (
            f"Done of the fair target (the target for the days in seat, after ramp and leave) as "
            f"known on {team.week.day}; the last week that was told ended on {last}."
        )
    return f"As it was known then: the week that ended on {last}."


def _warnings(team: Team, told: list[Row], evidence: EvidenceList) -> Table:
    """Misses that the newest told week flagged, where the release projects at all."""
    newest = {(row["rep_id"], row["metric"]): row for row in told}
    flagged = [
        row for row in newest.values() if WARNING_COLUMNS.issubset(row) and row["is_flagged"]
    ]
    flagged.sort(key=lambda row: (team.name_of(row["rep_id"]), row["rep_id"], row["metric"]))
    rows = []
    for row in flagged:
        name, metric = team.name_of(row["rep_id"]), row["metric"]
        label = f"{name}: early warning, {metric_name(metric).lower()}"
        projected = amount_of(metric, row["projected_actual"])
        cell = evidence.cell(projected, label, [f"ae_week_id {row['ae_week_id']}"])
        rows.append(
            [
                Cell(name),
                Cell(metric_name(metric)),
                Cell(amount_of(metric, row["fair_target"])),
                cell,
                Cell(_interval(row)),
                Cell(words(row["flag_reason"]), tone="bad"),
            ]
        )
    columns = [
        *(Column(title) for title in ("Rep", "Target")),
        *(Column(title, "number") for title in ("Fair target", "Projected", "Of the target")),
        Column("Why it is flagged"),
    ]
    return Table("Early warnings: quarters that are likely to be missed", columns, rows)


def _interval(row: Row) -> str:
    shown = percent(row["projected_attainment"])
    low, high = row["projected_low_attainment"], row["projected_high_attainment"]
    if low is None or high is None:
        return shown
    return f"{shown} ({percent(low)} to {percent(high)})"


def _in_order(metrics: set[str]) -> list[str]:
    known = [metric for metric in METRICS if metric in metrics]
    return [*known, *sorted(metrics.difference(known))]


def _cell(
    row: Row | None, name: str, behind: dict[tuple[str, str], Row], evidence: EvidenceList
) -> Cell:
    if row is None:
        return Cell(NOTHING)
    metric, status = row["metric"], row["status"]
    done, fair = amount_of(metric, row["actual"]), amount_of(metric, row["fair_target"])
    records = behind.get((row["rep_id"], metric))
    counted = tuple(records["records"]) if records and records["total"] == row["actual"] else ()
    detail = words(status)
    if row["attainment"] is not None and row["actual"] is not None:
        detail += f", {percent(row['attainment'])}"
    if row.get("support_status") == "support_gap":
        detail += ", support gap"
    return evidence.cell(
        f"{done} of {fair}",
        f"{name}: {metric_name(metric).lower()}",
        (row_id(row), *counted),
        TONES.get(status),
        detail,
    )


def _records(team: Team) -> dict[tuple[str, str], Row]:
    """Rep and metric -> the records that make it up and their sum, as known today."""
    if not team.week.is_newest:
        return {}
    asked = " union all ".join(
        f"""
        select rep_id, '{metric}' as metric, list(distinct record_id order by record_id) as records,
            sum(coalesce(amount_company_currency, 1)) as total
        from attribution.fct_rep_partner_records
        where {condition} and fiscal_quarter = $quarter and list_contains($reps, rep_id)
            and amount_company_currency is distinct from 0
        group by rep_id
        """
        for metric, condition in RECORDS.items()
    )
    return {(row["rep_id"], row["metric"]): row for row in team.rows(asked)}


def _charts(team: Team, metric: str, rows: list[Row], told: list[Row]) -> list[Chart]:
    measured = {
        row["rep_id"]: row
        for row in rows
        if row["metric"] == metric and row["actual"] is not None and row["fair_target"]
    }
    if not measured:
        return []
    of_rep: dict[str, list[Row]] = defaultdict(list)
    for row in told:
        if row["metric"] == metric and row["rep_id"] in measured:
            of_rep[row["rep_id"]].append(row)
    is_money, is_share = metric in MONEY_METRICS, metric in SHARE_METRICS
    name = metric_name(metric)
    bars = [
        _bullet(rep.name, measured[rep.rep_id], of_rep[rep.rep_id], is_share=is_share)
        for rep in team.reps
        if rep.rep_id in measured
    ]
    drawn = [bullets(f"{name}, %" if is_share else name, bars, is_money=is_money)]
    points = _points([row for listed in of_rep.values() for row in listed])
    # Shares of several reps are not added up.
    if len(points) > 1 and not is_share:
        drawn.append(weeks(f"{name}, weekly", points, is_money=is_money))
    return drawn


def _bullet(name: str, row: Row, told: list[Row], *, is_share: bool) -> Bullet:
    before = told[-2]["actual"] if len(told) > 1 else None
    if not is_share:
        pace = _pace(told[-1]) if told else None
        return Bullet(name, row["fair_target"], row["actual"], pace, before)
    # A share is due from the first day on: its pace is its target.
    shown = (100 * row["fair_target"], 100 * row["actual"], None)
    return Bullet(name, *shown, None if before is None else 100 * before)


def _pace(row: Row) -> Decimal | None:
    if row["elapsed_share"] is None:
        return None
    return Decimal(row["fair_target"] * row["elapsed_share"])


def _points(told: list[Row]) -> list[WeekPoint]:
    by_day: dict[date, list[Row]] = defaultdict(list)
    for row in told:
        by_day[row["through_on"]].append(row)
    return [
        WeekPoint(
            day,
            sum((row["actual"] for row in rows), Decimal(0)),
            sum((_pace(row) or Decimal(0) for row in rows), Decimal(0)),
        )
        for day, rows in sorted(by_day.items())
    ]
