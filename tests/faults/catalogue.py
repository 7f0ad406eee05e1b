"""Every fault that is planted, in the order of the flow, and the page that tells of them.

`python -m tests.faults` writes docs/faults.md again.
"""

from __future__ import annotations

from pathlib import Path

from expectations.gates import RULES_OF_GATES
from tests.faults import fault_files, fault_settings, fault_tables
from tests.faults.fault import Fault, Place

FAULTS: tuple[Fault, ...] = (*fault_settings.FAULTS, *fault_files.FAULTS, *fault_tables.FAULTS)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"

_SECTIONS: tuple[tuple[Place, str, str], ...] = (
    (
        "configuration",
        "Settings and policies: the refresh does not begin",
        "Nothing is landed of the faulty file, no station runs, the release stays.",
    ),
    (
        "file",
        "Files that are refused as a whole",
        "The feed's last good rows stay in place, every other file lands, and the refresh goes on "
        "without the bad one. `cosell status` says what is wrong until the file is mended.",
    ),
    (
        "rows",
        "Rows that are quarantined",
        "Rows in = rows good + rows quarantined; the bad rows are in no landed batch, so no table "
        "and no release can hold them.",
    ),
    (
        "landing",
        "Stopped by the landing gate",
        "Staging does not run, the release does not move.",
    ),
    (
        "matching",
        "Stopped by the matching gate",
        "Marts do not run, the release does not move.",
    ),
    (
        "marts",
        "Stopped by the marts gate",
        "Routing does not run, nothing is frozen or published, the release does not move.",
    ),
)


def page() -> str:
    """The table of faults and what catches them, as Markdown."""
    lines = [
        "# Faults, and what catches them",
        "",
        f"{len(FAULTS)} faults are planted by `tests/faults`, one at a time, into a healthy demo "
        "company. Each row is a test: the fault is caught where the table says, by that rule, the "
        "next station does not run, the release does not move, and the one sentence holds the "
        "words shown. A check that cannot be evaluated blocks like bad data and reads differently. "
        "Written by `python -m tests.faults`; a test fails when it is stale.",
    ]
    statements = {
        rule.rule_id: (rule.owner, rule.severity)
        for rules in RULES_OF_GATES.values()
        for rule in rules
    }
    for place, title, what in _SECTIONS:
        own = [fault for fault in FAULTS if fault.place == place]
        lines += ["", f"## {title}", "", what, ""]
        if place in RULES_OF_GATES:
            lines += [
                "| fault | planted | rule | owner | the sentence says |",
                "|---|---|---|---|---|",
            ]
            for fault in own:
                owner = statements[fault.caught_by][0]
                rule = f"`{fault.caught_by}`" + (" (broke)" if fault.breaks_check else "")
                cells = (_words(fault.name), fault.planted, rule, owner, _said(fault))
                lines.append(f"| {' | '.join(cells)} |")
        elif place == "rows":
            lines += ["| fault | planted | reason code | the sentence says |", "|---|---|---|---|"]
            lines += [
                f"| {_words(fault.name)} | {fault.planted} | `{fault.caught_by}` | {_said(fault)} |"
                for fault in own
            ]
        else:
            lines += ["| fault | planted | the sentence says |", "|---|---|---|"]
            lines += [
                f"| {_words(fault.name)} | {fault.planted} | {_said(fault)} |" for fault in own
            ]
    return "\n".join(lines) + "\n"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _said(fault: Fault) -> str:
    return ", ".join(f"`{text}`" for text in fault.says)
