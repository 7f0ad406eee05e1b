"""Deliveries killed in the middle and started again: nothing is sent twice, nothing is missing.

A real process delivers to real servers and is killed by SIGKILL: when a request arrives (nothing
was done yet), when it was done and its answer is not sent, before it writes a file, and at moments
that nobody chose. Each round is a new week, in which everybody's records change once.
"""

from __future__ import annotations

import datetime
import os
import random
import select
import signal
import threading
from collections import Counter
from collections.abc import Callable

import duckdb
import pytest

from tests.crm.conftest import certificate, tls, trusted  # noqa: F401 - fixtures
from tests.faults.moments import KillLog, Moment, moments
from tests.faults.warm_process import Run, WarmProcess
from tests.routing.conftest import (  # noqa: F401 - fixtures
    WEEK,
    Company,
    account_id,
    company,
    connected,
    org,
    portal,
    slack,
)

pytestmark = pytest.mark.slow
DELIVER = "tests.faults.programs:deliver_all"


class Killer:
    """Delivers in another process and kills it at one of its requests, or where a moment says."""

    def __init__(self, process: WarmProcess, delivering: Company, servers: tuple) -> None:
        self.process = process
        self.company = delivering
        self.requests = 0
        self.kill_at_request: int | None = None
        self.process_id: int | None = None
        self.lock = threading.Lock()
        for server in servers:
            server.on_request = lambda asked: self.tick()
            server.on_answer = lambda asked: self.tick()

    def tick(self) -> None:
        """One side of a request: before anything was done, or after and before the answer."""
        with self.lock:
            self.requests += 1
            if self.requests == self.kill_at_request and self.process_id is not None:
                descriptor = os.pidfd_open(self.process_id)
                os.kill(self.process_id, signal.SIGKILL)
                # The answer must not be seen by a process that is not quite dead.
                select.select([descriptor], [], [], 10)
                os.close(descriptor)

    def run(self, at_request: int | None = None, moment: Moment | None = None) -> Run:
        """Deliver, killed at the given place where one is given."""
        self.requests = 0
        self.kill_at_request = at_request
        self.process_id = None
        root = self.company.home.root
        options = {} if moment is None else moment.options()
        with self.lock:
            begun = self.process.start(
                DELIVER, str(root), watched=root, environment=dict(os.environ), **options
            )
            self.process_id = begun.process_id
        return begun.wait()


def next_week(delivering: Company, number: int) -> None:
    """The same accounts on the same lists, a week later: every record changes, once."""
    week = WEEK + datetime.timedelta(days=7 * number)
    for row in [each for each in delivering.routes if each["week_starts_on"] == WEEK]:
        delivering.routes.append(
            {
                **row,
                "week_starts_on": week,
                "expires_on": week + datetime.timedelta(days=6),
                "route_id": f"{week}-{row['rep_id']}-{row['account_id']}-{row['partner_id']}",
            }
        )
    delivering.as_of = week
    delivering.publish()


def sent(org, portal, slack) -> Counter:  # noqa: F811 - the fixtures
    """How often each record was written and each reader was told."""
    return Counter(
        {
            **{key: len(rows) for key, rows in org.writes.items()},
            **{key: len(rows) for key, rows in portal.writes.items()},
            **{channel: len(told) for channel, told in slack.posted.items()},
        }
    )


def test_killed_anywhere_nothing_is_twice_and_nothing_is_missing(
    connected,  # noqa: F811 - the fixture
    org,  # noqa: F811 - the fixture
    portal,  # noqa: F811 - the fixture
    slack,  # noqa: F811 - the fixture
    light_process: WarmProcess,
    kills: int,
    kill_seed: int,
    kill_log: Callable[[str], KillLog],
) -> None:
    delivering = connected(org, portal, slack)
    killer = Killer(light_process, delivering, (org, portal, slack))
    whole = killer.run()
    assert whole.status == 0, whole.output
    requests = killer.requests
    once = Counter(
        {
            **{account_id(number): 1 for number in (1, 2, 3, 4)},
            **{"9005": 1, "D0000": 1, "D0001": 1},
        }
    )
    assert sent(org, portal, slack) == once

    log = kill_log("delivery")
    chance = random.Random(f"requests {kill_seed}")
    others = moments("delivery", kill_seed, whole)
    while log.is_short_of(kills):
        number = log.number + 1
        next_week(delivering, number)
        before = sent(org, portal, slack)
        # Two of three at a request, where what is sent and what is known part ways.
        at_request = chance.randint(1, requests) if number % 3 else None
        moment = None if at_request else next(others)
        run = killer.run(at_request, moment)
        told = sent(org, portal, slack) - before
        assert all(times == 1 for times in told.values())
        log.tell(
            moment or f"at request side {at_request}",
            run,
            f"{len(told)} of {len(once)} had arrived",
        )
        finished = killer.run()
        assert finished.status == 0, finished.output
        assert sent(org, portal, slack) - before == once
    every = sent(org, portal, slack)
    again = killer.run()
    assert again.status == 0, again.output
    assert sent(org, portal, slack) == every
    file = delivering.home.deliveries / "journal.duckdb"
    with duckdb.connect(str(file), read_only=True) as journal:
        receipts = journal.sql(
            "select count(*), count(distinct intent_id) from receipts"
        ).fetchone()
        assert receipts is not None and receipts[0] == receipts[1]
        assert journal.sql("select count(*) from open_intents").fetchone() == (0,)
