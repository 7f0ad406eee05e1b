"""One page over all gates of a release, for people who open a file and not a tool.

It needs nothing but itself: no script, no font and no style from elsewhere. What did not hold
stands first; each suite's own page of the Data Docs is linked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from expectations.gates import RULES_OF_GATES
from expectations.verdict import GateResult, RuleVerdict
from orchestration.web_page import web_page

OVERVIEW_FILE = "index.html"

_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem;color:#1d2430}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d5dae2}"
    ".failed,.broke{background:#fde8e6}.waived{background:#fff3d6}"
)
_ORDER = ("failed", "broke", "waived", "passed", "not_applicable")


def overview_page(results: Sequence[GateResult]) -> str:
    """Every rule of every gate with its verdict, owner and reason, as HTML."""
    gates = "\n".join(part for result in results for part in _gate(result))
    return web_page(
        "Gates of this release",
        _STYLE,
        "<h1>Gates of this release</h1>\n"
        "<p>Critical rules block; warnings are told. A waived rule does not hold, and a person has "
        "let it pass until the day shown. Not applicable: nothing new to judge, or nothing to "
        f"compare with.</p>\n{gates}",
    )


def _gate(result: GateResult) -> Iterator[str]:
    rules = {rule.rule_id: rule for rule in RULES_OF_GATES.get(result.gate, ())}
    counts = {verdict: sum(one.verdict == verdict for one in result.rules) for verdict in _ORDER}
    told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    yield f"<h2>{escape(result.gate)}: {result.verdict}</h2>"
    yield f'<p>{told}. <a href="{escape(result.gate)}/data_docs/index.html">Data Docs</a></p>'
    yield (
        '<table>\n<tr><th scope="col">verdict</th><th scope="col">rule</th>'
        '<th scope="col">table</th><th scope="col">severity</th><th scope="col">owner</th>'
        '<th scope="col">what must hold, and why</th></tr>'
    )
    for one in sorted(result.rules, key=lambda rule: _ORDER.index(rule.verdict)):
        rule = rules.get(one.rule_id)
        why = "" if rule is None else f"{rule.statement}: {rule.reason}"
        yield _row(one, "" if rule is None else rule.owner, why)
    yield "</table>"


def _row(one: RuleVerdict, owner: str, why: str) -> str:
    until = f" until {one.waived_until} by {one.approved_by}" if one.waived_until else ""
    said = f"<br><strong>{escape(one.message)}</strong>" if one.message else ""
    cells = (
        escape(f"{one.verdict.replace('_', ' ')}{until}"),
        escape(one.rule_id),
        escape(one.table),
        one.severity,
        escape(owner),
        f"{escape(why)}{said}",
    )
    return f'<tr class="{one.verdict}"><td>{"</td><td>".join(cells)}</td></tr>'
