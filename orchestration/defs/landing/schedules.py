"""When a refresh starts by itself: every day, and when a file arrives."""

# No postponed annotations here: Dagster compares the annotation of a context with its type.
import dagster as dg

from orchestration.schedules import (
    company_days,
    fetch_quietly,
    inbox_state,
    refresh_request,
)
from orchestration.settings import load_settings

SETTLED_SECONDS = 30
"""A file that was written to more recently may still be on its way."""


@dg.definitions
def landing_schedules() -> dg.Definitions:
    """The daily refresh and the sensor of the inbox."""
    days = company_days()

    @dg.schedule(
        name="daily_refresh",
        job_name="refresh",
        cron_schedule=f"0 5 * * {days.other_days_of_week}",
        execution_timezone=days.time_zone,
        description="Refreshes every day but the first of the week, which routes as well.",
    )
    def daily_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return refresh_request(days.day_of(context.scheduled_execution_time), "daily refresh")

    @dg.sensor(
        name="inbox",
        job_name="refresh",
        minimum_interval_seconds=60,
        description="Fetches from the file shares; refreshes when a file has arrived in the inbox "
        "and is no longer growing.",
    )
    def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        home = load_settings().home
        for sentence in fetch_quietly(home):
            context.log.warning(sentence)
        state = inbox_state(home, SETTLED_SECONDS)
        if state is None:
            return dg.SkipReason("The inbox is empty, or a file is still being written.")
        if state == context.cursor:
            return dg.SkipReason("No file has arrived or changed since the last look.")
        return dg.SensorResult(
            run_requests=[refresh_request(None, "new file in the inbox", run_key=state)],
            cursor=state,
        )

    return dg.Definitions(schedules=[daily_refresh], sensors=[inbox])
