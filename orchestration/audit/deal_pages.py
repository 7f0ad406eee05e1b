"""The pages of an audit sample: one per deal and one that lists them. No script, nothing loaded."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from orchestration.audit.audit_workbook import about
from orchestration.audit.sampling import INDEX_FILE, WORKBOOK_FILE, Sample, SampledDeal
from orchestration.explanation import LandedRow, Step, text
from orchestration.web_page import web_page

NUMBER_COLUMNS = ("amount",)
STYLE = """
:root { --ink: #1b2733; --soft: #5c6b7a; --line: #dde3ea; --head: #22405f; --paper: #fff;
  --sourced: #1e6b4a; --influenced: #2b5fa8; --direct: #6b7280; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f6f8; color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 24px 64px; }
header.top { display: flex; justify-content: space-between; gap: 24px; flex-wrap: wrap;
  color: var(--soft); font-size: 13px; margin-bottom: 12px; }
a { color: var(--head); } a:hover { text-decoration: none; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 6px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 2px; }
.sub { color: var(--soft); margin: 0 0 20px; overflow-wrap: anywhere; }
.where { color: var(--soft); font: 12px ui-monospace, "DejaVu Sans Mono", monospace;
  margin: 0 0 12px; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
  padding: 18px 20px; margin: 0 0 16px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px;
  margin: 0 0 16px; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
  padding: 12px 16px; min-width: 0; }
.card b { display: block; font-size: 18px; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }
.card > span { color: var(--soft); font-size: 12px; text-transform: uppercase;
  letter-spacing: .04em; }
.card small, td small { display: block; font-weight: 400; }
.badge { display: inline-block; padding: 1px 10px; border-radius: 99px; color: #fff;
  font-size: 13px; white-space: nowrap; background: var(--direct); }
.badge.sourced { background: var(--sourced); } .badge.influenced { background: var(--influenced); }
dl { display: grid; grid-template-columns: minmax(110px, max-content) 1fr; gap: 4px 18px;
  margin: 0 0 10px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: 12px;
  border-bottom: 2px solid var(--line); padding: 6px 10px 6px 0; white-space: nowrap; }
td { border-bottom: 1px solid var(--line); padding: 6px 10px 6px 0; vertical-align: top;
  overflow-wrap: break-word; }
tr:last-child td { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.place { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; color: var(--soft);
  overflow-wrap: anywhere; }
.yes { color: var(--sourced); font-weight: 600; } .no { color: var(--soft); }
.day { white-space: nowrap; }
details { border-top: 1px solid var(--line); padding-top: 10px; margin-top: 10px; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.note { color: var(--soft); margin: 6px 0 0; }
footer { color: var(--soft); font-size: 12px; }
@media print { body { background: #fff; } main { max-width: none; padding: 0; }
  section, .card { border-color: #bbb; break-inside: avoid; } details { display: block; } }
"""


def _page(title: str, body: str) -> str:
    return web_page(title, STYLE, body)


def _badge(attribution_class: str) -> str:
    name = escape(attribution_class)
    return f'<span class="badge {name}">{name}</span>'


def _card(name: str, value: str) -> str:
    return f'<div class="card"><span>{escape(name)}</span><b>{value}</b></div>'


def _named(name: str) -> str:
    """`name (id)`, the id small below the name."""
    shown, _, identifier = name.rpartition(" (")
    if not shown:
        return escape(name)
    return f'{escape(shown)}<small class="place">{escape(identifier.rstrip(")"))}</small>'


def index_page(sample: Sample) -> str:
    """The list of the deals, what the sample is and how to draw it again."""
    rows = "".join(
        "<tr>"
        f'<td class="number">{place}</td>'
        f'<td><a href="{escape(deal.page)}">{escape(_name(deal))}</a>'
        f'<br><span class="place">{escape(deal.opportunity_id)}</span></td>'
        f"<td>{_badge(deal.opportunity['attribution_class'])}</td>"
        f"<td>{_named(deal.partner_name)}</td><td>{_named(deal.rep_name)}</td>"
        f'<td class="number">{len(deal.postings)}</td>'
        f'<td class="number">{_posted(sample, deal, "pipeline_created"):,}</td>'
        f'<td class="number">{_posted(sample, deal, "bookings"):,}</td></tr>'
        for place, deal in enumerate(sample.deals, start=1)
    )
    facts = "".join(
        f"<dt>{escape(str(name))}</dt>"
        f"<dd>{escape(f'{value:,}' if isinstance(value, int) else str(value))}</dd>"
        for name, value in about(sample)
    )
    body = (
        f'<header class="top"><span>{escape(sample.company)}</span>'
        f'<a href="{WORKBOOK_FILE}">{WORKBOOK_FILE}</a></header>'
        f"<h1>Audit sample of {escape(sample.fiscal_quarter)}</h1>"
        f'<p class="sub">{len(sample.deals)} of {sample.population:,} deals with a posting in the '
        f"quarter, seed {sample.seed}</p>"
        "<section><h2>The deals</h2>"
        '<p class="where">in the order in which they were drawn</p>'
        '<div class="scroll"><table><thead><tr><th></th><th>deal</th><th>class</th>'
        '<th>partner</th><th>credited rep</th><th class="number">postings</th>'
        '<th class="number">created, in the quarter</th>'
        '<th class="number">booked, in the quarter</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
        f"<section><h2>The sample</h2><dl>{facts}</dl></section>"
    )
    return _page(f"Audit sample {sample.fiscal_quarter}", body)


def _name(deal: SampledDeal) -> str:
    return text(deal.opportunity["opportunity_name"]) or deal.opportunity_id


def _posted(sample: Sample, deal: SampledDeal, measure: str) -> Decimal:
    """Net of one measure that was posted in the quarter, of whatever origin."""
    return sum(
        (
            posting["amount_company_currency"]
            for posting in deal.postings
            if posting["posted_quarter"] == sample.fiscal_quarter and posting["measure"] == measure
        ),
        Decimal("0.00"),
    )


def deal_page(sample: Sample, deal: SampledDeal, place: int) -> str:
    """The story of one deal, each link with its file, row and hash."""
    row = deal.opportunity
    cards = "".join(
        (
            _card("class", _badge(row["attribution_class"])),
            _card("partner", _named(deal.partner_name)),
            _card("credited rep", _named(deal.rep_name)),
            _card(
                "amount",
                escape(f"{text(row['amount_company_currency'])}")
                + (
                    f'<small class="place">{escape(text(row["amount"]))} '
                    f"{escape(text(row['currency']))}</small>"
                ),
            ),
        )
    )
    sections = "".join(_section(step) for step in deal.explanation.steps)
    body = (
        f'<header class="top"><a href="../{INDEX_FILE}">Audit sample of '
        f"{escape(sample.fiscal_quarter)}</a><span>deal {place} of {len(sample.deals)} · release "
        f"{escape(sample.release_id)}</span></header>"
        f"<h1>{escape(_name(deal))}</h1>"
        f'<p class="sub">{escape(deal.account_name)} · {escape(deal.opportunity_id)}</p>'
        f'<div class="cards">{cards}</div>{sections}'
        f"<footer>Postings of {escape(sample.fiscal_quarter)}: {sample.postings_count:,}, SHA-256 "
        f"{escape(sample.postings_sha256)}</footer>"
    )
    return _page(f"{_name(deal)} · {sample.fiscal_quarter}", body)


def _section(step: Step) -> str:
    parts = [f"<h2>{escape(step.title)}</h2>"]
    parts.append(f'<p class="where">{escape(step.where)}</p>' if step.where else "")
    if step.facts:
        facts = "".join(
            f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in step.facts
        )
        parts.append(f"<dl>{facts}</dl>")
    if step.table_rows:
        parts.append(_table(step))
    if step.note:
        parts.append(f'<p class="note">{escape(step.note)}</p>')
    parts += [_landed(row) for row in step.landed]
    return f"<section>{''.join(parts)}</section>"


def _table(step: Step) -> str:
    heads = "".join(
        f'<th class="{_class_of(column, "")}">{escape(column)}</th>'
        for column in step.table_columns
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td class="{_class_of(column, value)}">{escape(value)}</td>'
            for column, value in zip(step.table_columns, row, strict=True)
        )
        + "</tr>"
        for row in step.table_rows
    )
    return (
        f'<div class="scroll"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _class_of(column: str, value: str) -> str:
    if column in NUMBER_COLUMNS:
        return "number"
    if column in ("landed row", "row"):
        return "place"
    if column in ("counts", "decided"):
        return value
    return "day" if column in ("day", "known on", "closes on", "posted in") else ""


def _landed(row: LandedRow) -> str:
    values = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in row.values.items()
    )
    return (
        f"<details><summary>{escape(row.file)}, row {row.row_number}, as of {escape(row.as_of)}"
        f"</summary><dl><dt>sha256</dt><dd class='place'>{escape(row.sha256)}</dd>"
        f"<dt>landed</dt><dd>{escape(row.landed_at)} as {escape(row.source)}/{escape(row.table)}/"
        f"{escape(row.batch_id)}.parquet</dd><dt>the file</dt><dd>{escape(row.file_state)}</dd>"
        f"</dl><dl>{values}</dl></details>"
    )
