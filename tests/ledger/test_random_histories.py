"""Random histories of a company, refresh by refresh, against a plain re-computation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings

from tests.ledger.compiled_ledger import CompiledLedger, Warehouse, compile_ledger
from tests.ledger.histories import Event, Refresh, Step, histories, write_history
from tests.ledger.landing_steps import land_refresh
from tests.ledger.plain_ledger import (
    balances,
    closed_quarters,
    expected_positions,
    open_quarter,
)

OPENED = Event("opportunity", days_back=3)


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


# What random histories or a reader found once, each mended in the models since.
FOUND = {
    "a file of the policy judges known touches anew": (
        Refresh(0, (OPENED, Event("touch_on_opportunity", value=1, days_back=10, lag=1))),
        Refresh(7, (Event("touch_types", value=1),)),
        Refresh(7, (Event("amount", value=1),)),
    ),
    "an account is merged twice, case 8": (
        Refresh(0, (Event("opportunity", which=1, days_back=3), Event("touch_on_account", lag=1))),
        Refresh(7, (Event("merge"),)),
        Refresh(7, (Event("merge"),)),
        Refresh(7, (Event("merge"),)),
    ),
    "a close that is entered late frees the touch for the older deal, case 14": (
        Refresh(0, (Event("opportunity", days_back=30), Event("opportunity", days_back=20))),
        Refresh(7, (Event("touch_on_account", value=2, days_back=2, lag=1),)),
        Refresh(7, (Event("won", which=1, days_back=20),)),
    ),
    "the manager of the day becomes known after the event, case 24": (
        Refresh(0, (Event("opportunity"), Event("won"))),
        Refresh(0, (Event("manager", value=1),)),
    ),
    "a deal was closed before it was created, case 1": (
        Refresh(0, (OPENED, Event("won", days_back=14, lag=2))),
        Refresh(20, (Event("owner", value=11, days_back=2, lag=7),)),
    ),
    "the close policy changes after a quarter closed, case 47": (
        Refresh(0, (OPENED,)),
        Refresh(20, (Event("close_policy", value=2),)),
        Refresh(1, (Event("amount", value=3),)),
        Refresh(20, (Event("close_policy", value=1),)),
        Refresh(1, (Event("amount", value=7),)),
    ),
    "a signed quarter loses a deal, which comes back, case 7": (
        Refresh(0, (OPENED,)),
        Refresh(40, (Event("won"), Event("sign"))),
        Refresh(40, (Event("sign"), Event("amount", value=4))),
        Refresh(7, (Event("deleted"),)),
        Refresh(7, (Event("undeleted"),)),
    ),
}


@pytest.mark.parametrize("history", FOUND.values(), ids=FOUND.keys())
def test_what_was_found_once_stays_mended(
    compiled_ledger: CompiledLedger, history: tuple[Refresh, ...]
) -> None:
    check_history(compiled_ledger, history)


def test_the_ledger_keeps_its_promises_in_random_histories(
    compiled_ledger: CompiledLedger, request: pytest.FixtureRequest
) -> None:
    """More of them with `pytest tests/ledger --histories 2000`."""

    @settings(
        max_examples=request.config.getoption("--histories"),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(history=histories)
    def every_promise_is_kept(history: tuple[Refresh, ...]) -> None:
        check_history(compiled_ledger, history)

    every_promise_is_kept()
