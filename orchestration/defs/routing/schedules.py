"""The routing of the week: the first refresh of a week freezes each rep's list."""

# No postponed annotations here: Dagster compares the annotation of a context with its type.
import dagster as dg

from orchestration.schedules import company_days, refresh_request


@dg.definitions
def routing_schedules() -> dg.Definitions:
    """On the first day of the company's week (Monday unless the company says otherwise)."""
    days = company_days()

    @dg.schedule(
        name="weekly_routing",
        job_name="refresh",
        cron_schedule=f"0 5 * * {days.first_day_of_week}",
        execution_timezone=days.time_zone,
        description="Refreshes on the first day of the week and freezes each rep's list.",
    )
    def weekly_routing(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return refresh_request(days.day_of(context.scheduled_execution_time), "weekly routing")

    return dg.Definitions(schedules=[weekly_routing])
