"""`cosell …`: the verbs that people, schedules and CI use.

Here belong the verbs, their options and how an error reads. What a verb does is elsewhere
(`landing`, `refresh`, `release`, `explain`), and so is how an answer looks (`pages`).
Libraries that take seconds to import are imported inside the verb that needs them, so that
`cosell --help` answers at once.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from orchestration.errors import CosellError, disk_sentence
from orchestration.private_files import file_mask

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.match_review import QueuedPair, ReviewDesk, Word
    from orchestration.progress_bars import StationBars
    from orchestration.settings import Home, Settings

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130
DEMO_HOME = Path("demo")
DEFAULT_HOME = Path("data")
SUMMARY_QUARTERS = 4
SHOWN_ROWS = 10
# Wide enough for every table where output goes to a file or a log.
PIPE_WIDTH = 120

# Options of the whole program; people also write them after the verb (`cosell status --home demo`).
GLOBAL_OPTIONS_WITH_VALUE = ("--home", "--engine")
GLOBAL_FLAGS = ("--debug",)


@dataclass
class Choice:
    """What the global options chose."""

    home: Path | None = None
    engine: str | None = None
    debug: bool = False


choice = Choice()


class CosellCommands(TyperGroup):
    """The verbs; every error of theirs becomes one sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; `--debug` lets the traceback through."""
        try:
            return super().invoke(ctx)
        except (TyperException, typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            print_error("Stopped. The published release is untouched; the next refresh goes on.")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except BrokenPipeError:
            # The reader of a pipe (`cosell status | head`) has seen enough.
            sys.stderr.close()
            raise typer.Exit(EXIT_FAILED) from None
        except Exception as error:
            if choice.debug:
                raise
            print_error(sentence_of(error))
            raise typer.Exit(EXIT_FAILED) from None


app = typer.Typer(
    name="cosell",
    cls=CosellCommands,
    help="A partner-pipeline warehouse: who shares which accounts, who engages which partner, "
    "and what it produced.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Day = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="DAY",
        formats=["%Y-%m-%d"],
        help="The day as of which the data is read, for example 2026-02-09.",
    ),
]
BUILD = "Build"
READ = "Read"
FINANCE = "Sign"


def sentence_of(error: Exception) -> str:
    """Say an error in one sentence: ours as written, a stranger's with its type and a way on."""
    of_disk = disk_sentence(error)
    if of_disk is not None:
        return of_disk
    if isinstance(error, CosellError):
        return str(error)
    first_line = (str(error).strip().splitlines() or ["no message"])[0]
    return (
        f"Unexpected {type(error).__name__}: {first_line.rstrip('.')}. "
        "The published release is untouched; run the same command with --debug for the traceback."
    )


def print_error(sentence: str) -> None:
    """Print one sentence on standard error, whole and unwrapped where it is not a terminal."""
    from rich.console import Console

    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"[bold red]error:[/] {_escaped(sentence)}"
    )


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def with_global_options_first(arguments: list[str]) -> list[str]:
    """Move the global options before the verb, wherever they were written.

    What follows `--` stays where it is.
    """
    front: list[str] = []
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "--":
            return [*front, *rest, argument, *waiting]
        if argument in GLOBAL_OPTIONS_WITH_VALUE:
            front += [argument, *waiting[:1]]
            waiting = waiting[1:]
        elif argument in GLOBAL_FLAGS or argument.startswith(
            tuple(f"{option}=" for option in GLOBAL_OPTIONS_WITH_VALUE)
        ):
            front.append(argument)
        else:
            rest.append(argument)
    return [*front, *rest]


def main() -> None:
    """Run the command line."""
    app(args=with_global_options_first(sys.argv[1:]), prog_name="cosell")


def print_version(wanted: bool) -> None:
    """Print the installed version and stop."""
    if not wanted:
        return
    from importlib.metadata import version

    print(f"cosell {version('cosell')}")
    raise typer.Exit


@app.callback()
def choose(
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            metavar="DIR",
            help="The data folder.  [dim]\\[COSELL_HOME; ./data; `demo`: ./demo][/]",
        ),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="NAME",
            help="duckdb, ducklake or spark.  [dim]\\[COSELL_ENGINE][/]",
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Choose the home and the engine for the verb that follows."""
    # What any verb writes is private, whichever library writes it.
    os.umask(file_mask(os.environ))
    choice.home, choice.engine, choice.debug = home, engine, debug


def the_settings(default_home: Path | None = None) -> Settings:
    """Settings of the chosen home; `default_home` where neither option nor variable names one."""
    from orchestration.settings import load_settings

    home = choice.home
    if home is None and "COSELL_HOME" not in os.environ:
        home = default_home
    return load_settings(home=home, engine=choice.engine)


def an_initialized_home(settings: Settings) -> Home:
    """Return the home, or say how to make one."""
    home = settings.home
    if home.company_file.is_file():
        return home
    if choice.home is None and DEMO_HOME.joinpath("config", "company.yaml").is_file():
        raise CosellError(
            f"There is no home at {home.root}; write --home {DEMO_HOME} for the demo company, "
            "or run `cosell init` to start your own."
        )
    raise CosellError(
        f"There is no home at {home.root}; run `cosell init` to start one there, "
        "or `cosell demo` to see a company that is already filled."
    )


def as_day(moment: datetime | None) -> date | None:
    """Return the day of a parsed option."""
    return moment.date() if moment else None


def this_command(home: Home) -> str:
    """Return how to call `cosell` on this home from here, so that it can be pasted and run."""
    called = Path(sys.argv[0])
    found = shutil.which("cosell")
    is_on_path = found is None or Path(found).resolve() == called.resolve()
    name = "cosell" if is_on_path or called.name != "cosell" else os.path.relpath(called)
    return name if home.root == DEFAULT_HOME else f"{name} --home {home.root}"


def station_bars() -> StationBars:
    """Return a progress display on standard error, so that answers can be piped alone."""
    from rich.console import Console

    from orchestration.progress_bars import StationBars

    return StationBars(Console(stderr=True))


def the_console() -> Console:
    """Return the console that answers go to: the terminal's width, or a wide page."""
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPE_WIDTH)


def print_summary(home: Home, quarters: int = SUMMARY_QUARTERS) -> None:
    """Print the answer to the first question, what to open and what to type next."""
    from orchestration.answers import a_partner_won_opportunity, open_release, summarize
    from orchestration.pages import paths_page, summary_page
    from orchestration.release import current_release
    from orchestration.settings import load_company

    release = current_release(home)
    if release is None:
        raise CosellError(f"There is no release in {home.root}: run `cosell refresh` first.")
    with open_release(release.database) as connection:
        found = summarize(connection, release.as_of, load_company(home).currency, quarters)
        example = a_partner_won_opportunity(connection)
    console = the_console()
    console.print()
    console.print(summary_page(found, console))
    console.print()
    console.print(paths_page(paths_to_open(home), next_commands_for(home, example)))


def paths_to_open(home: Home) -> list[tuple[str, str]]:
    """Return what a reader opens: the database, the tables, the gates' reports."""
    current = home.current_release
    paths = [
        ("database", f"{current / 'cosell.duckdb'}"),
        ("tables", f"{current / 'tables'}/<area>.<table>.parquet"),
        ("manifest", f"{current / 'manifest.json'}"),
    ]
    reports = sorted(current.glob("gates/**/index.html"))
    return [*paths, *(("gate report", str(report)) for report in reports[:1])]


def next_commands_for(home: Home, example: str | None) -> list[str]:
    """Return three commands worth typing next."""
    command = this_command(home)
    return [
        f"{command} explain {example}" if example else f"{command} releases",
        f"{command} status",
        f"COSELL_HOME={home.root} make dagster",
    ]


@app.command(rich_help_panel=BUILD)
def init() -> None:
    """Start a new home: default company settings, policies and feed mappings."""
    from orchestration.company_defaults import initialise_home

    home = the_settings().home
    written = initialise_home(home)
    console = the_console()
    if not written:
        console.print(f"{home.root} is already a home; nothing was changed.", markup=False)
        return
    console.print(f"Started a home in {home.root} ({len(written)} files).", markup=False)
    console.print(
        "Next:\n"
        f"  edit   {home.company_file}   name, time zone, currency, fiscal year\n"
        f"  read   {home.config / 'README.txt'}   what every file decides\n"
        f"  drop   exports into {home.inbox}/salesforce/\n"
        f"  run    {this_command(home)} refresh",
        markup=False,
        soft_wrap=True,
    )


crm_app = typer.Typer(
    name="crm", help="Live CRMs: pull what changed into the inbox.", no_args_is_help=True
)
app.add_typer(crm_app, rich_help_panel=BUILD)


@crm_app.command()
def pull(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="A feed with a `connection:`.")],
    objects: Annotated[
        list[str] | None,
        typer.Option("--object", metavar="NAME", help="Only this object; may be repeated."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--full", help="All records, not only those that changed.")
    ] = False,
) -> None:
    """Pull what changed in a live CRM since the last time; a refresh lands it."""
    from orchestration.crm import pull_crm

    settings = the_settings()
    home = an_initialized_home(settings)
    with station_bars() as progress:
        pulled = pull_crm(home, feed, objects or (), everything, progress=progress)
    console = the_console()
    for each in pulled:
        console.print(each.message, markup=False, soft_wrap=True)


@app.command(rich_help_panel=BUILD)
def demo(
    size: Annotated[str, typer.Option(help="small, medium or large.")] = "small",
    seed: Annotated[int, typer.Option(help="Another seed, another company.")] = 1,
    force: Annotated[
        bool, typer.Option("--force", help="Build a demo home anew from nothing.")
    ] = False,
) -> None:
    """Build a company whose right answers are known, refresh it, answer the first question."""
    from orchestration.demo_run import run_demo

    settings = the_settings(default_home=DEMO_HOME)
    console = the_console()
    with station_bars() as progress:
        outcome = run_demo(settings, size=size, seed=seed, force=force, progress=progress)
    if not outcome.is_new:
        console.print(
            f"{settings.home.root} already holds this demo; --force builds it anew.", style="dim"
        )
    print_summary(settings.home)


@app.command(rich_help_panel=BUILD)
def refresh(as_of: Day = None) -> None:
    """Land what lies in the inbox, rebuild, pass the gates, publish a release."""
    settings = the_settings()
    home = an_initialized_home(settings)
    from orchestration.refresh import run_refresh

    with station_bars() as progress:
        outcome = run_refresh(settings, as_of=as_day(as_of), progress=progress)
    from orchestration.pages import refresh_page

    the_console().print(refresh_page(outcome, this_command(home)))


@app.command(rich_help_panel=BUILD)
def rebuild() -> None:
    """Build everything again from landing alone, and prove that the ledger is the same."""
    settings = the_settings()
    an_initialized_home(settings)
    from orchestration.refresh import run_rebuild

    with station_bars() as progress:
        outcome = run_rebuild(settings, progress=progress)
    same = (
        f"is the same as in release {outcome.compared_with}"
        if outcome.compared_with
        else "has no release to be compared with"
    )
    the_console().print(
        f"Rebuilt from {outcome.batches_count:,} landed batches in {outcome.steps_count:,} steps: "
        f"the ledger of {outcome.postings_count:,} postings {same}, "
        f"SHA-256 {outcome.ledger_hash} ({outcome.seconds:.0f} s).",
        markup=False,
        soft_wrap=True,
    )


@app.command(rich_help_panel=BUILD)
def land(
    feed: Annotated[str, typer.Argument(help="A feed of config/feeds, for example salesforce.")],
    file: Annotated[Path, typer.Argument(help="CSV, TSV, Excel, JSON lines or Parquet.")],
    as_of: Day = None,
) -> None:
    """Land one file now; the next refresh reads it."""
    from orchestration.landing import ensure_landing_schema, land_file

    home = an_initialized_home(the_settings())
    ensure_landing_schema(home)
    landed = land_file(home, feed, file, as_day(as_of))
    the_console().print(landed.message, markup=False, soft_wrap=True)


feeds = typer.Typer(help="The feeds: preview a partner's file, fetch from file shares.")
app.add_typer(feeds, name="feeds", rich_help_panel=BUILD)


@feeds.command()
def preview(
    file: Annotated[Path, typer.Argument(help="A partner's list: CSV, TSV or Excel.")],
    feed: Annotated[
        str | None, typer.Option(help="Use the mapping of this feed instead of a proposal.")
    ] = None,
) -> None:
    """Propose a mapping; show the first rows as they would land and what would be refused."""
    from orchestration.landing.preview import preview_file
    from orchestration.pages import preview_page

    home = an_initialized_home(the_settings())
    the_console().print(preview_page(preview_file(home, file, feed)))


@feeds.command()
def fetch(
    share: Annotated[
        str | None, typer.Argument(help="A share of config/shares; default: all of them.")
    ] = None,
) -> None:
    """Fetch the new files of file shares into the inbox; the next refresh lands them."""
    from orchestration.file_shares import fetch_share, fetch_shares
    from orchestration.pages import fetch_page

    home = an_initialized_home(the_settings())
    found = fetch_share(home, share) if share else fetch_shares(home)
    the_console().print(fetch_page(found))
    if any(each.status == "refused" for each in found):
        raise typer.Exit(EXIT_FAILED)


routes_app = typer.Typer(
    name="routes", help="The weekly lists of the sellers.", no_args_is_help=True
)
app.add_typer(routes_app, rich_help_panel=BUILD)


@routes_app.command(name="show")
def show_routes(
    rep: Annotated[str, typer.Option("--rep", metavar="REP", help="Name, e-mail or id.")],
    week: Annotated[
        datetime | None,
        typer.Option(
            "--week",
            metavar="DAY",
            formats=["%Y-%m-%d"],
            help="Any day of the week; default: the newest list.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many accounts to show.")] = 50,
) -> None:
    """Show a seller's list of the week: which accounts, with whom, why, and what to do next."""
    from orchestration.route_lists import rep_list
    from orchestration.route_pages import list_page

    home = an_initialized_home(the_settings())
    the_console().print(list_page(rep_list(home, rep, as_day(week)), limit))


@routes_app.command(name="deliver")
def deliver_routes(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show all that would be sent; send nothing.")
    ] = False,
    week: Annotated[
        datetime | None,
        typer.Option(
            "--week",
            metavar="DAY",
            formats=["%Y-%m-%d"],
            help="Any day of the week; default: the newest list.",
        ),
    ] = None,
    targets: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="NAME",
            help="review_packs, salesforce, hubspot, slack, enablement or partner_sheets; "
            "may be repeated.",
        ),
    ] = None,
) -> None:
    """Bring the week's lists to the CRM, Slack, enablement tools and partners; twice is once."""
    from orchestration.delivery_pages import delivery_page
    from orchestration.routing import deliver

    home = an_initialized_home(the_settings())
    with station_bars() as progress:
        delivery = deliver(
            home, as_day(week), is_dry_run=dry_run, only=tuple(targets or ()), progress=progress
        )
    the_console().print(delivery_page(delivery, this_command(home)))
    if delivery.has_failed:
        raise typer.Exit(EXIT_FAILED)


@app.command(rich_help_panel=FINANCE)
def close(
    quarter: Annotated[str, typer.Argument(help="A fiscal quarter, for example FY2027-Q1.")],
    signed_by: Annotated[str, typer.Option("--signed-by", help="Who signs.")],
    note: Annotated[str, typer.Option(help="What the signature should remember.")] = "",
    as_of: Day = None,
) -> None:
    """Sign a fiscal quarter as it is released; the next refresh freezes its postings."""
    from orchestration.quarter_close import close_quarter

    home = an_initialized_home(the_settings())
    day = as_day(as_of) or datetime.now(UTC).date()
    signed = close_quarter(home, quarter, signed_by, note, day)
    the_console().print(
        f"{signed.fiscal_quarter} is signed by {signed.signed_by} as of {day}: "
        f"{signed.postings_count:,} postings of release {signed.release_id}, "
        f"SHA-256 {signed.sha256}; it freezes with the next refresh: "
        f"{this_command(home)} refresh",
        markup=False,
        soft_wrap=True,
    )


partners_app = typer.Typer(
    name="partners", help="Partners: list them, purge what one shared.", no_args_is_help=True
)
app.add_typer(partners_app, rich_help_panel=FINANCE)


@partners_app.command(name="list")
def list_all_partners() -> None:
    """List the partners, those that have left with the day and the receipt."""
    from orchestration.partner_list import list_partners
    from orchestration.partner_pages import partners_page

    home = an_initialized_home(the_settings())
    the_console().print(partners_page(list_partners(home), this_command(home)))


@partners_app.command(name="receipt")
def show_receipt(
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's id.")],
) -> None:
    """Show the receipt of an off-boarding, after checking that it is what was signed."""
    from orchestration.offboarding import find_offboarding
    from orchestration.partner_pages import receipt_page

    home = an_initialized_home(the_settings())
    found = find_offboarding(home, partner)
    if found is None:
        raise CosellError(
            f"{partner!r} was not off-boarded: `cosell partners list` lists the partners."
        )
    the_console().print(receipt_page(found.receipt, found.file))


@partners_app.command(name="offboard")
def offboard_partner(
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's id.")],
    by: Annotated[str, typer.Option("--by", help="Who off-boards it; kept in the receipt.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the receipt.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Purge without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go, in counts; change nothing.")
    ] = False,
) -> None:
    """Purge a partner's lists, routes and contacts for good; the ledger stays as it is."""
    from orchestration.offboarding import (
        begun_plan,
        find_offboarding,
        offboard,
        plan_offboarding,
        refuse_unnamed,
        still_to_do,
    )
    from orchestration.partner_pages import plan_page, receipt_page

    settings = the_settings()
    home = an_initialized_home(settings)
    console = the_console()
    plan = begun_plan(home, partner)
    if plan is None:
        done = find_offboarding(home, partner)
        if done is not None:
            console.print(
                f"{partner} was off-boarded on {done.receipt['offboarded_on']} by "
                f"{done.receipt['offboarded_by']}; the receipt is {done.file}.",
                markup=False,
                soft_wrap=True,
            )
            return
        if not dry_run:
            refuse_unnamed(by, reason)
        plan = plan_offboarding(settings, partner, by, reason)
    if dry_run or not yes:
        console.print(plan_page(plan, still_to_do(plan), this_command(home)))
    if dry_run:
        return
    if not yes:
        if not sys.stdin.isatty():
            raise CosellError("Nobody is there to be asked: add --yes to purge it for good.")
        typer.confirm("Purge all this for good?", abort=True)
    with station_bars() as progress:
        found = offboard(settings, partner, by, reason, progress)
    console.print(receipt_page(found.receipt, found.file))


matches_app = typer.Typer(
    name="matches",
    help="Matches that wait for a person: review, accept, reject.",
    no_args_is_help=True,
)
app.add_typer(matches_app, rich_help_panel=FINANCE)

PairWords = Annotated[
    list[str],
    typer.Argument(
        metavar="PAIR", help="'ACCOUNT|PARTNER|RECORD', or the three of them one by one."
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="What you saw; kept with the decision.")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]
ExpiresOn = Annotated[
    datetime | None,
    typer.Option(
        "--expires-on",
        metavar="DAY",
        formats=["%Y-%m-%d"],
        help="Last day of the decision; for ever without it.",
    ),
]
Overrule = Annotated[
    bool, typer.Option("--overrule", help="Say the opposite of a decision that holds.")
]


@matches_app.command()
def review(
    partner: Annotated[str | None, typer.Option(help="Only the records of this partner.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many pairs to show.")] = 20,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="FILE.csv", help="Write the whole queue to fill in."),
    ] = None,
    filled: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE.csv", help="Land the decisions of a filled file."),
    ] = None,
    by: By = "",
    overrule: Overrule = False,
    as_of: Day = None,
) -> None:
    """Show the queue, the most open pipeline first; in a terminal, decide pair by pair."""
    from orchestration.match_review import ReviewDesk
    from orchestration.match_sheet import write_sheet
    from orchestration.review_pages import pair_page, queue_line

    home = an_initialized_home(the_settings())
    console = the_console()
    day = as_day(as_of) or datetime.now(UTC).date()
    with ReviewDesk(home) as desk:
        if filled is not None:
            import_decisions(desk, filled, by, day, overrule)
            return
        queue = desk.queue(partner)
        if export is not None:
            write_sheet(queue, export)
            console.print(
                f"Wrote {len(queue)} pairs to {export}: fill in decision and reason, then "
                f"{this_command(home)} matches review --import {export} --by you@…",
                markup=False,
                soft_wrap=True,
            )
            return
        if queue and sys.stdin.isatty() and console.is_terminal:
            decide_pair_by_pair(desk, queue[:limit], by, day)
            return
        for place, queued in enumerate(queue[:limit], start=1):
            console.print(pair_page(queued, place, len(queue)))
        gone = desk.decisions_about_gone_records()
        shown = min(limit, len(queue))
        console.print(queue_line(shown, len(queue), gone, this_command(home)))


def import_decisions(desk: ReviewDesk, filled: Path, by: str, day: date, overrule: bool) -> None:
    """Land what a filled sheet says, and say what it said."""
    from orchestration.match_review import land_decisions
    from orchestration.match_sheet import read_sheet, summary_of

    sheet = read_sheet(desk, filled, by, day, overrule=overrule)
    if sheet.decisions:
        land_decisions(desk.home, sheet.decisions, day)
    line = f"{filled.name}: {summary_of(sheet)}"
    print_decided(desk.home, line if sheet.decisions else f"{line} Nothing was landed.")


def decide_pair_by_pair(desk: ReviewDesk, queue: list[QueuedPair], by: str, day: date) -> None:
    """Ask for a word and a reason per pair; what was decided is landed, however it ends."""
    from orchestration.match_review import Decision, checked, land_decisions
    from orchestration.review_pages import pair_page

    console = the_console()
    words: dict[str, Word] = {"a": "accept", "r": "reject"}
    decided: list[Decision] = []
    try:
        for place, queued in enumerate(queue, start=1):
            console.print(pair_page(queued, place, len(queue)))
            answer = typer.prompt("accept, reject, skip or quit", default="s").strip().lower()[:1]
            if answer == "q":
                break
            if answer not in words:
                continue
            reason = typer.prompt("reason", default="", show_default=False)
            by = by or typer.prompt("who decides", default="", show_default=False)
            try:
                decision = Decision(queued.pair, words[answer], by, reason)
                decided.append(checked(decision, day))
            except CosellError as error:
                print_error(f"{error} The pair stays in the queue.")
    except typer.Abort:
        console.print()
    finally:
        if decided:
            land_decisions(desk.home, decided, day)
            print_decided(desk.home, f"{len(decided)} of {len(queue)} pairs decided.")


def print_decided(home: Home, line: str) -> None:
    """Say what was decided, and that the next refresh follows it."""
    the_console().print(
        f"{line} The next refresh follows: {this_command(home)} refresh",
        markup=False,
        soft_wrap=True,
    )


def decide_pair(
    words: list[str],
    decision: Word,
    reason: str,
    by: str,
    expires_on: datetime | None,
    overrule: bool,
    as_of: datetime | None,
) -> None:
    """Land one decision about one pair."""
    from orchestration.match_review import PAST, Decision, ReviewDesk, checked, land_decisions

    home = an_initialized_home(the_settings())
    day = as_day(as_of) or datetime.now(UTC).date()
    with ReviewDesk(home) as desk:
        pair = desk.find_written(words)
        decided = checked(Decision(pair, decision, by, reason, as_day(expires_on)), day)
        desk.refuse_decided(decided, overrule=overrule)
        land_decisions(home, [decided], day)
    print_decided(home, f"{pair.match_id} is {PAST[decision]} by {decided.decided_by}.")


@matches_app.command()
def accept(
    pair: PairWords,
    reason: Reason = "",
    by: By = "",
    expires_on: ExpiresOn = None,
    overrule: Overrule = False,
    as_of: Day = None,
) -> None:
    """Say that two records are one company; it holds until it expires."""
    decide_pair(pair, "accept", reason, by, expires_on, overrule, as_of)


@matches_app.command()
def reject(
    pair: PairWords,
    reason: Reason = "",
    by: By = "",
    expires_on: ExpiresOn = None,
    overrule: Overrule = False,
    as_of: Day = None,
) -> None:
    """Say that two records are not one company; the pair never returns by a rule."""
    decide_pair(pair, "reject", reason, by, expires_on, overrule, as_of)


@app.command(rich_help_panel=READ)
def status() -> None:
    """Show the current release, the feeds, what was refused, and what to do next."""
    from orchestration.company_status import company_status, next_steps
    from orchestration.pages import status_page

    found = company_status(an_initialized_home(the_settings()))
    the_console().print(status_page(found, next_steps(found), datetime.now(UTC)))


@app.command(rich_help_panel=READ)
def doctor() -> None:
    """Look for what is wrong with the home, and say how each thing is mended."""
    from orchestration.doctor import examine
    from orchestration.health_pages import examination_page

    settings = the_settings()
    home = an_initialized_home(settings)
    examination = examine(settings, this_command(home))
    the_console().print(examination_page(examination))
    if not examination.is_healthy:
        raise typer.Exit(EXIT_FAILED)


@app.command(rich_help_panel=READ)
def alerts(
    test: Annotated[
        bool, typer.Option("--test", help="Send a message to every enabled channel.")
    ] = False,
) -> None:
    """Show who is told of failed gates and late feeds, and what is wrong now."""
    from orchestration.alerts.causes import standing_causes
    from orchestration.alerts.settings import load_alert_settings
    from orchestration.alerts.telling import failed_channels, send_test
    from orchestration.health_pages import alerts_page

    home = an_initialized_home(the_settings())
    settings = load_alert_settings(home)
    sent = send_test(home) if test else None
    the_console().print(alerts_page(settings, standing_causes(home), failed_channels(home), sent))
    if sent is not None and (not sent or any(sent.values())):
        raise typer.Exit(EXIT_FAILED)


@app.command(rich_help_panel=READ)
def summary(
    quarters: Annotated[
        int, typer.Option(min=1, max=40, help="How many fiscal quarters, the newest first.")
    ] = SUMMARY_QUARTERS,
) -> None:
    """Answer "which reps engage partners, and what did it produce?" from the current release."""
    print_summary(an_initialized_home(the_settings()), quarters)


@app.command("who-engages", rich_help_panel=READ)
def who_engages(
    manager: Annotated[
        str | None, typer.Option(help="Only the team of this manager: name, e-mail or id.")
    ] = None,
    partner: Annotated[str | None, typer.Option(help="Only this partner: name or id.")] = None,
    quarter: Annotated[
        str | None, typer.Option(help="A fiscal quarter, for example FY2027-Q1; else the newest.")
    ] = None,
    ids: Annotated[
        bool, typer.Option("--ids", help="List the records behind every figure.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Everything with its ids, for programs.")
    ] = False,
) -> None:
    """Answer "which reps engage which partners, and what did it produce?" in one table."""
    from orchestration.engagement import who_engages as answer
    from orchestration.engagement_pages import who_engages_json, who_engages_page

    found = answer(an_initialized_home(the_settings()), manager, partner, quarter)
    if as_json:
        print_json(who_engages_json(found))
        return
    console = the_console()
    console.print(who_engages_page(found, console.width, with_ids=ids))


@app.command("review", rich_help_panel=READ)
def review_team(
    manager: Annotated[
        str | None, typer.Option(help="Whose team: name, e-mail or id of the manager.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="The pack of every manager.")] = False,
    week: Annotated[
        datetime | None,
        typer.Option(
            metavar="DAY", formats=["%Y-%m-%d"], help="Any day of the week; else the newest."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to; else <home>/deliveries/<week>/reviews."),
    ] = None,
) -> None:
    """Write a manager's pack for the Monday pipeline review: a page, Markdown and a PDF."""
    from orchestration.review_pack.writing import write_packs

    if (manager is None) == (not everyone):
        raise CosellError("Whose pack is unclear: write either --manager NAME or --all.")
    home = an_initialized_home(the_settings())
    console = the_console()
    for pack in write_packs(home, None if everyone else manager, as_day(week), out):
        document = pack.document
        console.print(f"{document.manager.name}, week of {document.week_starts_on}:", markup=False)
        for file in pack.files.values():
            console.print(f"  {file}", markup=False, soft_wrap=True)


@app.command(rich_help_panel=READ)
def explain(
    identifier: Annotated[
        str,
        typer.Argument(metavar="ID", help="Opportunity, posting, account, touch, match or route."),
    ],
    partner: Annotated[
        str | None,
        typer.Argument(
            metavar="PARTNER",
            help="With an account: its match with this partner, or with this partner's record.",
        ),
    ] = None,
) -> None:
    """Follow a published row back to the landed file and row."""
    from orchestration.explain import explain as follow
    from orchestration.pages import explanation_page

    home = an_initialized_home(the_settings())
    the_console().print(explanation_page(follow(home, identifier, partner)))


releases_app = typer.Typer(
    name="releases", help="The published releases: list, compare, verify, roll back, prune."
)
app.add_typer(releases_app, rich_help_panel=READ)
AsJson = Annotated[bool, typer.Option("--json", help="Everything, for programs.")]


@releases_app.callback(invoke_without_command=True)
def list_them(context: typer.Context, as_json: AsJson = False) -> None:
    """List the published releases, the newest first; the words below do more with them."""
    if context.invoked_subcommand is not None:
        return
    from orchestration.release import list_releases, quarters_of_releases
    from orchestration.release_pages import releases_json, releases_page

    home = an_initialized_home(the_settings())
    found = list_releases(home)
    if not found and not as_json:
        raise CosellError(f"There is no release in {home.root}: run `cosell refresh` first.")
    quarters = quarters_of_releases(home, found)
    if as_json:
        print_json(releases_json(found, quarters))
        return
    the_console().print(releases_page(found, quarters, datetime.now(UTC)))


def print_json(value: Any) -> None:
    """Print a value for programs."""
    import json

    print(json.dumps(value, ensure_ascii=False, indent=1))


@app.command("diff", rich_help_panel=READ)
@releases_app.command("diff")
def diff_releases(
    before: Annotated[
        str,
        typer.Argument(metavar="[A]", help="A release id, its beginning, `current`, `previous`."),
    ] = "previous",
    after: Annotated[str, typer.Argument(metavar="[B]", help="The same.")] = "current",
    table: Annotated[
        str | None,
        typer.Option(metavar="AREA.TABLE", help="One table: its columns, sums and rows."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN,…",
            help="With --table: sums per value of these columns; default: its quarter or week.",
        ),
    ] = None,
    rows: Annotated[
        int, typer.Option(min=0, help="With --table: how many rows of each kind.")
    ] = SHOWN_ROWS,
    to_csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE.csv", help="Write every value that differs."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what differs between two releases: columns, rows by key, sums; previous and current."""
    from orchestration.release import (
        compare,
        differing_rows,
        named_release,
        sums_by,
        write_differences,
    )
    from orchestration.release_pages import difference_json, difference_page

    settings = the_settings()
    home = an_initialized_home(settings)
    if table is None and by is not None:
        raise CosellError("--by belongs to one table: name it with --table AREA.TABLE.")
    old, new = named_release(home, before), named_release(home, after)
    found = compare(settings, old, new, table)
    detailed = [one.name for one in found.tables if table and one.kind == "changed"]
    columns = [name.strip() for name in (by or "").split(",") if name.strip()]
    sums = [one for name in detailed for one in sums_by(settings, old, new, name, columns)]
    shown = [one for name in detailed for one in differing_rows(settings, old, new, name, rows)]
    if as_json:
        print_json(difference_json(found, sums, shown))
    else:
        console = the_console()
        is_detailed = table is not None
        console.print(difference_page(found, sums, shown, console.width, is_detailed=is_detailed))
    if to_csv is not None:
        lines = write_differences(settings, found, to_csv)
        if not as_json:
            the_console().print(
                f"Wrote {lines:,} values that differ to {to_csv}.", markup=False, soft_wrap=True
            )


@app.command(rich_help_panel=FINANCE)
@releases_app.command()
def prune(
    keep: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="How many of the newest stay; default: policy release_retention."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go and why the rest stays.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove old releases; never the current one, nor one that a closed quarter names."""
    from orchestration.release import prune as prune_releases
    from orchestration.release_pages import pruning_json, pruning_page
    from orchestration.workshop import hold_refresh_lock, published_releases

    home = an_initialized_home(the_settings())
    with nullcontext() if dry_run else hold_refresh_lock(home):
        found = prune_releases(
            home, datetime.now(UTC), keep, published_releases(home), is_dry_run=dry_run
        )
    if as_json:
        print_json(pruning_json(found))
        return
    the_console().print(pruning_page(found))


@app.command(rich_help_panel=FINANCE)
@releases_app.command()
def rollback(
    release: Annotated[
        str | None, typer.Argument(help="A release id; default: the one before the current.")
    ] = None,
) -> None:
    """Let readers see an earlier release again; nothing is deleted."""
    from orchestration.release import rollback as roll_back

    target = roll_back(an_initialized_home(the_settings()), release)
    the_console().print(f"Readers now see {target.release_id}, as of {target.as_of}.", markup=False)


@app.command(rich_help_panel=FINANCE)
@releases_app.command()
def verify(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[RELEASE|QUARTER]",
            help="A release id or a closed quarter; default: the current release.",
        ),
    ] = None,
) -> None:
    """Prove that a release is what was published, or a closed quarter what was signed."""
    from orchestration.quarter_close import QUARTER

    home = an_initialized_home(the_settings())
    if what is not None and QUARTER.fullmatch(what.strip().upper()):
        print_verified_quarter(home, what.strip().upper())
        return
    from orchestration.release import verify as verify_release

    found = verify_release(home, what)
    if not found.is_intact:
        differences = "; ".join(found.differences)
        raise CosellError(
            f"Release {found.release_id} is not what was published: {differences}; "
            "restore it from a copy or roll back to another."
        )
    the_console().print(
        f"{found.release_id} is as it was published ({found.seconds:.1f} s)"
        f"{''.join(f'; {purge}' for purge in found.purges)}.",
        markup=False,
        soft_wrap=True,
    )


def print_verified_quarter(home: Home, quarter: str) -> None:
    """Print that a closed quarter is what was recorded; raises CosellError where it is not."""
    from orchestration.release import verify_quarter

    found = verify_quarter(home, quarter)
    if not found.is_intact:
        raise CosellError(
            f"{quarter} is not what was closed: {'; '.join(found.differences)}; "
            "restore the release from a copy or roll back to another."
        )
    the_console().print(
        f"{quarter} is {found.recorded_by[0]}: {found.postings_count:,} postings, "
        f"SHA-256 {found.sha256}.",
        markup=False,
        soft_wrap=True,
    )


policy_app = typer.Typer(
    name="policy", help="The company's rules: what a change would move.", no_args_is_help=True
)
app.add_typer(policy_app, rich_help_panel=FINANCE)


@policy_app.command()
def diff(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="A policy file, a folder of them, or `current`.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, for the other side.")],
) -> None:
    """Show what a policy would change before it is signed; nothing is landed or released."""
    from orchestration.pages import policy_diff_page
    from orchestration.policy_diff import diff_policies

    settings = the_settings()
    an_initialized_home(settings)
    with station_bars() as progress:
        found = diff_policies(settings, old, new, progress)
    the_console().print(policy_diff_page(found))


audit_app = typer.Typer(name="audit", help="What auditors ask for.", no_args_is_help=True)
app.add_typer(audit_app, rich_help_panel=FINANCE)


@audit_app.command()
def sample(
    quarter: Annotated[str, typer.Option(help="A fiscal quarter, for example FY2027-Q1.")],
    number: Annotated[int, typer.Option("--n", help="How many deals.")] = 25,
    seed: Annotated[int, typer.Option(help="The same seed draws the same deals.")] = 1,
    folder: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Where to write; default: <home>/audit/…"),
    ] = None,
) -> None:
    """Write the auditor's pack: a workbook and a page per deal, drawn by seed."""
    from orchestration.audit import write_audit_pack

    pack = write_audit_pack(an_initialized_home(the_settings()), quarter, number, seed, folder)
    drawn = pack.sample
    the_console().print(
        f"{len(drawn.deals)} of {drawn.population:,} deals with a posting in "
        f"{drawn.fiscal_quarter}, seed {seed}, release {drawn.release_id}:\n"
        f"  {pack.index}\n  {pack.workbook}",
        markup=False,
        soft_wrap=True,
    )


@app.command(rich_help_panel=READ)
def dagster() -> None:
    """Open the Dagster UI on this home, else on the demo's; Ctrl-C closes it."""
    from orchestration.dagster_ui import open_ui

    only_demo = not DEFAULT_HOME.exists() and DEMO_HOME.exists()
    settings = the_settings(default_home=DEMO_HOME if only_demo else None)
    an_initialized_home(settings)
    raise typer.Exit(open_ui(settings))


if __name__ == "__main__":
    main()
