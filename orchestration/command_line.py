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
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from orchestration.errors import CosellError

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.progress_bars import StationBars
    from orchestration.settings import Home, Settings

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130
DEMO_HOME = Path("demo")
DEFAULT_HOME = Path("data")
SUMMARY_QUARTERS = 4
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


@app.command(rich_help_panel=FINANCE)
def close(
    quarter: Annotated[str, typer.Argument(help="A fiscal quarter, for example FY2027-Q1.")],
    signed_by: Annotated[str, typer.Option("--signed-by", help="Who signs.")],
    note: Annotated[str, typer.Option(help="What the signature should remember.")] = "",
    as_of: Day = None,
) -> None:
    """Sign a fiscal quarter: from the next refresh on, its postings are frozen."""
    from orchestration.landing import ensure_landing_schema, land_file
    from orchestration.quarter_close import write_quarter_close

    home = an_initialized_home(the_settings())
    ensure_landing_schema(home)
    day = as_day(as_of) or datetime.now(UTC).date()
    file = write_quarter_close(home, quarter, signed_by, note, day)
    land_file(home, "quarter_closes", file, day)
    the_console().print(
        f"{quarter} is signed by {signed_by} as of {day}; it freezes with the next refresh: "
        f"{this_command(home)} refresh",
        markup=False,
        soft_wrap=True,
    )


@app.command(rich_help_panel=READ)
def status() -> None:
    """Show the current release, the feeds, what was refused, and what to do next."""
    from orchestration.company_status import company_status, next_steps
    from orchestration.pages import status_page

    found = company_status(an_initialized_home(the_settings()))
    the_console().print(status_page(found, next_steps(found), datetime.now(UTC)))


@app.command(rich_help_panel=READ)
def summary(
    quarters: Annotated[
        int, typer.Option(min=1, max=40, help="How many fiscal quarters, the newest first.")
    ] = SUMMARY_QUARTERS,
) -> None:
    """Answer "which reps engage partners, and what did it produce?" from the current release."""
    print_summary(an_initialized_home(the_settings()), quarters)


@app.command(rich_help_panel=READ)
def explain(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="Opportunity, posting, account, touch or route.")
    ],
    partner: Annotated[
        str | None, typer.Argument(help="With an account: its match with this partner.")
    ] = None,
) -> None:
    """Follow a published row back to the landed file and row."""
    from orchestration.explain import explain as follow
    from orchestration.pages import explanation_page

    home = an_initialized_home(the_settings())
    the_console().print(explanation_page(follow(home, identifier, partner)))


@app.command(rich_help_panel=READ)
def releases() -> None:
    """List the published releases, the newest first."""
    from orchestration.pages import releases_page
    from orchestration.release import list_releases

    home = an_initialized_home(the_settings())
    found = list_releases(home)
    if not found:
        raise CosellError(f"There is no release in {home.root}: run `cosell refresh` first.")
    the_console().print(releases_page(found, datetime.now(UTC)))


@app.command(rich_help_panel=FINANCE)
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
def verify(
    release: Annotated[
        str | None, typer.Argument(help="A release id; default: the current one.")
    ] = None,
) -> None:
    """Read a release again and compare every table and file with its manifest."""
    from orchestration.release import verify as verify_release

    found = verify_release(an_initialized_home(the_settings()), release)
    if not found.is_intact:
        differences = "; ".join(found.differences)
        raise CosellError(
            f"Release {found.release_id} is not what was published: {differences}; "
            "restore it from a copy or roll back to another."
        )
    the_console().print(
        f"{found.release_id} is as it was published ({found.seconds:.1f} s).", markup=False
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
