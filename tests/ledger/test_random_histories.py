"""Random histories of a company, refresh by refresh, against a plain re-computation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings

from tests.ledger.compiled_ledger import CompiledLedger, Warehouse, compile_ledger
from tests.ledger.histories import Refresh, Step, histories, write_history
from tests.ledger.landing_steps import land_refresh
from tests.ledger.plain_ledger import (
    balances,
    closed_quarters,
    expected_positions,
    open_quarter,
)

EXAMPLES_COUNT = 25


@pytest.fixture(scope="session")
def compiled_ledger(tmp_path_factory: pytest.TempPathFactory) -> CompiledLedger:
    return compile_ledger(tmp_path_factory.mktemp("compiled"))


def by_refresh(steps: Sequence[Step]) -> Iterator[tuple[int, list[Step]]]:
    """The steps of each refresh."""
    for number in sorted({step.refresh_number for step in steps}):
        yield number, [step for step in steps if step.refresh_number == number]


def check_history(compiled: CompiledLedger, history: Sequence[Refresh]) -> None:
    """Refresh by refresh, every promise of the ledger; then all of it built from nothing."""
    steps = write_history(history)
    expected = expected_positions(steps)
    closed = closed_quarters(steps)
    opening = next(
        n for n, step in enumerate(steps) if ("salesforce", "opportunities") in step.rows
    )
    grown = Warehouse(compiled)
    posted: list[dict] = []
    for number, of_refresh in by_refresh(steps):
        land_refresh(grown, number, of_refresh)
        grown.refresh()
        before, posted = posted, grown.postings()
        kept = {posting["posting_id"]: posting for posting in posted}
        assert len(kept) == len(posted), "a posting was posted twice"
        for posting in before:
            assert kept.get(posting["posting_id"]) == posting, "a posting was changed"
        for place, step in enumerate(steps):
            if step.refresh_number > number:
                break
            by_then = [one for one in posted if one["known_step"] <= step.number]
            assert balances(by_then) == expected[place], f"after step {step.number}"
            for posting in [one for one in posted if one["known_step"] == step.number]:
                is_open = place <= opening or posting["origin_quarter"] not in closed[place]
                assert posting["posted_quarter"] == (
                    posting["origin_quarter"] if is_open else open_quarter(step, closed[place])
                )
        assert not grown.failing_tests()
    grown.close()
    rebuilt = Warehouse(compiled)
    for number, of_refresh in by_refresh(steps):
        land_refresh(rebuilt, number, of_refresh)
    rebuilt.refresh()
    assert rebuilt.postings() == posted
    rebuilt.close()


@settings(max_examples=EXAMPLES_COUNT, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories)
def test_the_ledger_keeps_its_promises(
    compiled_ledger: CompiledLedger, history: tuple[Refresh, ...]
) -> None:
    check_history(compiled_ledger, history)
