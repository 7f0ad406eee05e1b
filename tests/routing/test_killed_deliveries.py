"""Deliveries killed in the middle and started again: nothing is sent twice, nothing is missing.

A real process delivers to real servers and is killed by SIGKILL: when a request arrives (nothing
was done yet), when it was done and its answer is not sent, and at moments that nobody chose.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from tests.routing.conftest import account_id

DELIVER = """
import sys
from pathlib import Path
from orchestration.crm import Patience
from orchestration.routing import deliver
from orchestration.settings import Home
patience = Patience(retries=2, backoff_seconds=0.01, poll_seconds=0.01, timeout_seconds=5)
print("ready", flush=True)
delivery = deliver(Home(Path(sys.argv[1])), patience=patience)
print([each.error for each in delivery.reports])
sys.exit(delivery.has_failed)
"""


class Killer:
    """Kills the delivering process at one of its requests, before or after the work is done."""

    def __init__(self, servers) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.countdown: int | None = None
        self.lock = threading.Lock()
        for server in servers:
            server.on_request = lambda asked: self.tick()
            server.on_answer = lambda asked: self.tick()

    def tick(self) -> None:
        with self.lock:
            if self.countdown is None:
                return
            self.countdown -= 1
            if self.countdown == 0 and self.process is not None:
                os.kill(self.process.pid, signal.SIGKILL)
                self.countdown = None
                # The answer must not be seen by a process that is not quite dead.
                self.process.wait()

    def run(self, home: Path, ticks: int | None = None, seconds: float | None = None) -> int:
        """Deliver; kill at the given tick, or so long after it began. Returns the exit code."""
        self.countdown = ticks
        self.process = subprocess.Popen(
            [sys.executable, "-c", DELIVER, str(home)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        if seconds is not None:
            time.sleep(seconds)
            self.process.send_signal(signal.SIGKILL)
        return self.process.wait(timeout=60)


@pytest.mark.slow
def test_killed_anywhere_nothing_is_twice_and_nothing_is_missing(
    connected, org, portal, slack
) -> None:
    company = connected(org, portal, slack)
    killer = Killer((org, portal, slack))
    chance = random.Random(11)
    kills = 0
    while kills < 12:
        # Early kills first, then ever later ones, so that each target is hit at some time.
        code = killer.run(company.home.root, ticks=2 + kills * 2 + chance.randrange(6))
        if code != -signal.SIGKILL:
            break
        kills += 1
    assert kills >= 4
    for _ in range(3):
        killer.run(company.home.root, seconds=chance.random() * 0.3)
    assert killer.run(company.home.root) == 0
    assert {key: len(rows) for key, rows in org.writes.items()} == {
        account_id(number): 1 for number in (1, 2, 3, 4)
    }
    assert {key: len(rows) for key, rows in portal.writes.items()} == {"9005": 1}
    assert {channel: len(sent) for channel, sent in slack.posted.items()} == {
        "D0000": 1,
        "D0001": 1,
    }
    delivery = company.deliver()
    assert [each.plan.to_send for each in delivery.reports] == [0, 0, 0]
    file = company.home.deliveries / "journal.duckdb"
    with duckdb.connect(str(file), read_only=True) as journal:
        told = journal.sql("select count(*), count(distinct intent_id) from receipts").fetchone()
        open_ones = journal.sql("select count(*) from open_intents").fetchone()
    assert told is not None and told[0] == told[1]
    assert open_ones == (0,)


def test_two_deliveries_at_once_are_refused(connected, org) -> None:
    from orchestration.errors import RoutingError
    from orchestration.routing.journal import DeliveryJournal

    company = connected(org)
    holder = (
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys, time, duckdb\n"
                "kept = duckdb.connect(sys.argv[1])\nprint('held', flush=True)\ntime.sleep(60)",
                str(company.home.deliveries / "journal.duckdb"),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        if company.deliver()
        else None
    )
    assert holder is not None and holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RoutingError, match="Another delivery holds"):
            DeliveryJournal(company.home)
    finally:
        holder.kill()
        holder.wait()


def test_a_damaged_journal_is_one_sentence_that_says_what_to_do(company) -> None:
    from orchestration.errors import RoutingError

    company.home.deliveries.mkdir()
    (company.home.deliveries / "journal.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(RoutingError, match=r"journal\.duckdb cannot be read .* move it away"):
        company.deliver()


def test_a_folder_that_cannot_be_written_stops_its_target_alone(company) -> None:
    company.settings("enablement:\n  enabled: yes\n")
    (company.home.deliveries / "2026-08-24").parent.mkdir()
    (company.home.deliveries / "2026-08-24").write_text("a file where a folder should be")
    (report,) = company.deliver().reports
    assert "cannot be written" in report.error
    (company.home.deliveries / "2026-08-24").unlink()
    assert company.deliver().reports[0].accepted == 8
