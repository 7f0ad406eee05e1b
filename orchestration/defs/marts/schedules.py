"""The close of a fiscal quarter: a refresh on the day on which the policy freezes it."""

# No postponed annotations here: Dagster compares the annotation of a context with its type.
import dagster as dg

from orchestration.schedules import company_days, quarter_closing_on, refresh_request
from orchestration.settings import load_settings


@dg.definitions
def marts_schedules() -> dg.Definitions:
    """Asked every evening; runs on the days on which a quarter closes."""
    days = company_days()

    @dg.schedule(
        name="quarter_close",
        job_name="refresh",
        cron_schedule="0 20 * * *",
        execution_timezone=days.time_zone,
        description="Refreshes in the evening of the business day on which a quarter freezes.",
    )
    def quarter_close(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        day = days.day_of(context.scheduled_execution_time)
        quarter = quarter_closing_on(load_settings().home, day)
        if quarter is None:
            return dg.SkipReason(f"No fiscal quarter closes on {day}.")
        return refresh_request(day, f"close of {quarter}", run_key=f"close of {quarter}")

    return dg.Definitions(schedules=[quarter_close])
