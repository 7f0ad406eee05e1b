"""When a refresh starts by itself."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.definitions import defs
from orchestration.release import PublicTable, ReleaseFacts, code_version, publish
from orchestration.schedules import (
    CompanyDays,
    business_days_to_close,
    company_days,
    inbox_state,
    quarter_closing_on,
    refresh_request,
)
from orchestration.settings import Home, Settings

COMPANY = """
name: Example
time_zone: America/Los_Angeles
currency: USD
fiscal_year_start_month: 2
week_starts_on: sunday
holidays_country: US
"""
POLICY = """policy_version,effective_from,business_days_after_quarter_end,reason
2026.1,1998-01-01,3,three days
2026.2,2026-06-01,5,five days
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    found = Home(tmp_path)
    found.policies.mkdir(parents=True)
    found.company_file.write_text(COMPANY, encoding="utf-8")
    found.policies.joinpath("quarter_close.csv").write_text(POLICY, encoding="utf-8")
    monkeypatch.setenv("COSELL_HOME", str(tmp_path))
    return found


def test_days_are_those_of_the_company(home: Home) -> None:
    days = company_days()
    assert days == CompanyDays("America/Los_Angeles", "sunday")
    assert (days.first_day_of_week, days.other_days_of_week) == ("0", "1,2,3,4,5,6")
    assert days.day_of(datetime(2026, 2, 10, 7, 59, tzinfo=UTC)) == date(2026, 2, 9)


def test_without_a_company_days_are_utc_and_weeks_start_on_monday(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSELL_HOME", str(tmp_path / "nothing"))
    assert company_days() == CompanyDays("UTC", "monday")


def test_a_request_names_day_and_reason() -> None:
    request = refresh_request(date(2026, 2, 9), "daily refresh")
    assert request.run_key == "daily refresh 2026-02-09"
    assert request.run_config == {"ops": {"landing": {"config": {"as_of": "2026-02-09"}}}}
    assert refresh_request(None, "new file", run_key="x").run_config == {}


def test_the_inbox_is_looked_at_when_its_files_have_settled(home: Home) -> None:
    assert inbox_state(home, 30) is None
    file = home.inbox / "salesforce" / "Account.csv"
    file.parent.mkdir(parents=True)
    file.write_text("Id\n", encoding="utf-8")
    assert inbox_state(home, 30) is None
    long_ago = time.time() - 60
    os.utime(file, (long_ago, long_ago))
    before = inbox_state(home, 30)
    assert before is not None and inbox_state(home, 30) == before
    file.write_text("Id\n1\n", encoding="utf-8")
    os.utime(file, (long_ago, long_ago))
    assert inbox_state(home, 30) not in (None, before)


@pytest.mark.parametrize(
    ("ends_on", "days"), [(date(2026, 4, 30), 3), (date(2026, 7, 31), 5), (date(1990, 1, 31), None)]
)
def test_the_policy_of_the_quarters_end_decides(
    home: Home, ends_on: date, days: int | None
) -> None:
    assert business_days_to_close(home, ends_on) == days


def publish_calendar(home: Home) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create schema core")
        connection.execute(
            """
            create table core.dim_fiscal_days as
            select
                day_on,
                case when day_on <= date '2026-04-30' then 'FY2027-Q1' else 'FY2027-Q2' end
                    as fiscal_quarter,
                case when day_on <= date '2026-04-30' then date '2026-04-30'
                    else date '2026-07-31' end as quarter_ends_on,
                dayofweek(day_on) not in (0, 6) and day_on <> date '2026-05-04'
                    as is_business_day
            from (
                select range::date as day_on from range(date '2026-02-01', date '2026-09-01',
                    interval 1 day)
            ) as days
            """
        )
    publish(
        Settings(home, "duckdb", 1),
        [],
        tables=[PublicTable("core", "dim_fiscal_days")],
        facts=ReleaseFacts(date(2026, 4, 30), "r1", 1, code_version("0"), []),
    )


def test_a_quarter_closes_on_its_third_business_day(home: Home) -> None:
    assert quarter_closing_on(home, date(2026, 5, 6)) is None
    publish_calendar(home)
    # The 1st is a Friday, the 4th a holiday: the third business day is Wednesday the 6th.
    closing = {
        day: quarter_closing_on(home, date(2026, 5, day))
        for day in range(1, 12)
        if quarter_closing_on(home, date(2026, 5, day)) is not None
    }
    assert closing == {6: "FY2027-Q1"}
    assert quarter_closing_on(home, date(2026, 8, 7)) == "FY2027-Q2"


def test_schedules_and_the_sensor_ask_for_a_refresh(home: Home) -> None:
    repository = defs().get_repository_def()
    schedules = {one.name: one for one in repository.schedule_defs}
    moment = datetime(2026, 5, 7, 3, 0, tzinfo=UTC)

    def asked(name: str) -> list[str | None]:
        context = dg.build_schedule_context(scheduled_execution_time=moment)
        data = schedules[name].evaluate_tick(context)
        return [request.run_key for request in data.run_requests or []]

    assert asked("daily_refresh") == ["daily refresh 2026-05-06"]
    assert asked("weekly_routing") == ["weekly routing 2026-05-06"]
    assert asked("quarter_close") == []
    publish_calendar(home)
    assert asked("quarter_close") == ["close of FY2027-Q1"]

    file = home.inbox / "salesforce" / "Account.csv"
    file.parent.mkdir(parents=True)
    file.write_text("Id\n", encoding="utf-8")
    long_ago = time.time() - 60
    os.utime(file, (long_ago, long_ago))
    (sensor,) = repository.sensor_defs
    with dg.DagsterInstance.ephemeral() as instance:
        data = sensor.evaluate_tick(dg.build_sensor_context(instance=instance))
        assert len(data.run_requests or []) == 1
        again = sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=data.cursor))
        assert not again.run_requests and again.skip_message
