"""Deliveries that cannot go on: a journal that is held or damaged, a folder that is none."""

from __future__ import annotations

import subprocess
import sys

import pytest


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
