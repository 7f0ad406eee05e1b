"""The delivery of the week's lists: a job that calls `orchestration.routing`, and its schedule."""

# No postponed annotations here: Dagster compares the annotation of a context with its type.
import dagster as dg

from orchestration.schedules import company_days
from orchestration.settings import load_settings

DELIVERY_JOB = "deliver_routes"


@dg.op(
    name="deliver",
    description="Brings the newest lists to every enabled target; what stands there stays.",
)
def deliver_newest_week(context: dg.OpExecutionContext) -> None:
    """Deliver, and fail with the sentences of what could not be delivered."""
    from orchestration.errors import CosellError
    from orchestration.routing import deliver

    try:
        delivery = deliver(load_settings().home)
    except CosellError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
    for report in delivery.reports:
        unchanged = report.plan.unchanged if report.plan else 0
        context.log.info(f"{report.name}: {report.accepted} accepted, {unchanged} unchanged")
    problems = [
        sentence
        for report in delivery.reports
        for sentence in (
            *([f"{report.name}: {report.error}"] if report.error else []),
            *(f"{report.name} {row.record_key}: {row.note}" for row in report.refused),
        )
    ]
    if problems:
        raise dg.Failure(description="\n".join(problems), allow_retries=False)


@dg.definitions
def delivery_of_routes() -> dg.Definitions:
    """The job, and when it runs by itself."""
    days = company_days()

    @dg.job(name=DELIVERY_JOB, description="Delivers the weekly lists; needs no refresh session.")
    def deliver_routes() -> None:
        deliver_newest_week()

    # Several times, because a refresh may take long and a target may be down: what was delivered is
    # not delivered again.
    @dg.schedule(
        name="weekly_delivery",
        job=deliver_routes,
        cron_schedule=f"0 6-12 * * {days.first_day_of_week}",
        execution_timezone=days.time_zone,
        description="Delivers the week's lists on the first morning of the week.",
    )
    def weekly_delivery(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=None, tags={"cosell/reason": "weekly delivery"})

    return dg.Definitions(jobs=[deliver_routes], schedules=[weekly_delivery])
