"""The thorny cases, one function each, planted beside the random population.

Each module holds the cases that one area decides; a case's function is named after its number and
plants companies, people and deals of its own, so that no case disturbs another.
"""

from __future__ import annotations

from collections.abc import Callable

from orchestration.demo_company.cases import (
    accountability,
    crm,
    feeds,
    foundation,
    gates,
    ledger,
    mapping,
    matching,
)
from orchestration.demo_company.story import Case, Planter

_MODULES = (foundation, feeds, crm, matching, ledger, mapping, accountability, gates)


def case_functions() -> dict[int, Callable[[Planter], Case]]:
    """Every case by its number."""
    found: dict[int, Callable[[Planter], Case]] = {}
    for module in _MODULES:
        for name in dir(module):
            if name.startswith("case_"):
                found[int(name[5:7])] = getattr(module, name)
    return dict(sorted(found.items()))


def plant_cases(planter: Planter) -> list[Case]:
    """Plant every case, in the order of their numbers."""
    cases = []
    for number, plant in case_functions().items():
        planter.case = number
        cases.append(plant(planter))
    return cases
