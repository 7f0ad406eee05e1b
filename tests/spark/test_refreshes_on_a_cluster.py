"""The small demo refreshed on DuckDB and on a cluster: the same rows, also when a worker dies.

Three acts on each engine: the first refresh, through the command line; then, in the tests that are
long, a quarter is closed by `cosell close`, and a refresh extends the warehouse by the weeks after
the first one. In that one a worker is killed with its executor while the marts are built.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.demo_company import write_demo
from orchestration.landing import ensure_landing_schema, land_company_configuration, land_inbox
from orchestration.local_spark import LOOPBACK, THREADS, LocalSpark
from orchestration.refresh import RefreshOutcome, run_refresh
from orchestration.release import Release, read_release, verify
from orchestration.release.content_hash import quoted
from orchestration.settings import Home, Settings, SparkSettings, load_settings
from orchestration.spark_server import SparkServer
from tests.conftest import CommandResult, run_cosell

FIRST, LATER = date(2026, 7, 27), date(2026, 8, 17)
DAYS = (FIRST, LATER)
# Signed on the first landing after its end, two days before the policy would have closed it.
CLOSED, OPEN, SIGNED_ON, SIGNED_BY = "FY2027-Q2", "FY2027-Q3", date(2026, 8, 3), "Ines Controller"
OWN_SIGNATURE = "quarter_closes/2026-08-06"
KILLED_WORKER = 0
# Three on a quiet machine; it only ends a refresh that hangs.
MINUTES_AT_MOST = 20


@dataclass
class Story:
    """The first refresh on the two engines."""

    on_duckdb: Home
    on_spark: Settings
    environment: dict[str, str]
    tasks_after_first: dict[str, int]

    def release_of(self, home: Home, day: date) -> Release:
        folder = next(home.releases.glob(f"{day}-*"))
        return read_release(home, folder.name)

    def both(self, day: date) -> tuple[Release, Release]:
        """The releases of a day: DuckDB's and Spark's."""
        return self.release_of(self.on_duckdb, day), self.release_of(self.on_spark.home, day)


@dataclass
class LaterActs:
    """A quarter is closed and the warehouse extended on the two engines."""

    closes: list[CommandResult]
    """`cosell close` on DuckDB and on Spark, between the two refreshes."""
    refresh: RefreshOutcome
    """On Spark."""
    tasks_at_the_kill: dict[str, int]
    alive_workers_count: int


@dataclass
class KillsAWorker:
    """A listener of the refresh: kills a worker once, when a quarter of the marts is built."""

    cluster: LocalSpark
    tasks: dict[str, int] = field(default_factory=dict)

    def __call__(
        self, station: str, detail: str = "", done: int | None = None, total: int | None = None
    ) -> None:
        if station == "marts" and done and total and not self.tasks and done >= total // 4:
            self.tasks = self.cluster.tasks_by_executor()
            self.cluster.kill_worker(KILLED_WORKER)


def landed(home: Home) -> None:
    """Land what has arrived until the first day; both engines read copies of it."""
    ensure_landing_schema(home)
    land_inbox(home, default_as_of=FIRST, until=FIRST)
    land_company_configuration(home, FIRST)


@pytest.fixture(scope="module")
def story(spark_cluster: LocalSpark, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("engines")
    duck, spark = Home(folder / "duckdb home"), Home(folder / "spark's home")
    write_demo(duck.root, "small", 1)
    shutil.rmtree(duck.inbox / OWN_SIGNATURE)
    landed(duck)
    shutil.copytree(duck.root, spark.root)
    with_duckdb = load_settings(duck.root, "duckdb")
    with_spark = replace(
        load_settings(spark.root, "spark"),
        threads=THREADS,
        spark=SparkSettings(LOOPBACK, spark_cluster.port, schema_prefix="small_"),
    )
    environment = {**spark_cluster.environment(), "COSELL_SCHEMA_PREFIX": "small_"}

    command = run_cosell(
        *("--home", spark.root, "refresh", "--as-of", FIRST.isoformat()),
        environment=environment,
        minutes=MINUTES_AT_MOST,
    )
    assert command.exit_code == 0, command.errors + command.output
    tasks = spark_cluster.tasks_by_executor()
    run_refresh(with_duckdb, FIRST)
    yield Story(
        on_duckdb=duck,
        on_spark=with_spark,
        environment=environment,
        tasks_after_first=tasks,
    )


@pytest.fixture(scope="module")
def later_acts(story: Story, spark_cluster: LocalSpark) -> LaterActs:
    duck, spark = story.on_duckdb.root, story.on_spark.home.root
    close = ("close", CLOSED, "--signed-by", SIGNED_BY, "--as-of", SIGNED_ON.isoformat())
    closes = [
        run_cosell("--home", duck, *close),
        run_cosell("--home", spark, *close, environment=story.environment),
    ]
    run_refresh(load_settings(duck, "duckdb"), LATER)
    killing = KillsAWorker(spark_cluster)
    refresh = run_refresh(story.on_spark, LATER, progress=killing)
    return LaterActs(closes, refresh, killing.tasks, spark_cluster.alive_workers_count())


@pytest.fixture(params=[FIRST, pytest.param(LATER, marks=pytest.mark.long)], ids=str)
def releases(story: Story, request: pytest.FixtureRequest) -> tuple[Release, Release]:
    """DuckDB's and Spark's release of a day."""
    if request.param == LATER:
        request.getfixturevalue("later_acts")
    return story.both(request.param)


def test_every_row_of_every_public_table_is_the_same(releases: tuple[Release, Release]) -> None:
    duck, spark = releases
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, release in (("duck", duck), ("spark", spark)):
            file = str(release.database).replace("'", "''")
            connection.execute(f"attach '{file}' as {name} (read_only)")
        differences = {
            table: found
            for table in duck.manifest["tables"]
            if (found := different_rows(connection, table, duck)) != (0, 0)
        }
    assert set(spark.manifest["tables"]) == set(duck.manifest["tables"])
    assert differences == {}


def different_rows(
    connection: duckdb.DuckDBPyConnection, table: str, release: Release
) -> tuple[int, int]:
    """Rows that only DuckDB has and rows that only Spark has; names and types must be equal."""
    name = ".".join(map(quoted, table.split(".")))
    entry = release.manifest["tables"][table]
    types = [
        connection.execute(f"describe {engine}.{name}").fetchall() for engine in ("duck", "spark")
    ]
    assert [row[:2] for row in types[0]] == [row[:2] for row in types[1]], table
    compared = [quoted(one) for one in entry["columns"] if one not in entry["not_in_content_hash"]]
    rows = [f"select {', '.join(compared)} from {engine}.{name}" for engine in ("duck", "spark")]
    counts = [
        connection.execute(f"select count(*) from ({one} except all {other})").fetchone()
        for one, other in (rows, rows[::-1])
    ]
    return counts[0][0], counts[1][0]  # type: ignore[index]


def test_the_release_has_the_same_name_whichever_engine_built_it(
    story: Story, releases: tuple[Release, Release]
) -> None:
    duck, spark = releases
    assert spark.release_id == duck.release_id
    assert spark.manifest["content_hash"] == duck.manifest["content_hash"]
    assert verify(story.on_spark.home, spark.release_id).differences == ()


def test_the_gates_were_passed_by_the_same_rules(releases: tuple[Release, Release]) -> None:
    verdicts = [
        {
            rule["rule_id"]: (rule["verdict"], rule.get("failing_rows_count"))
            for gate in release.manifest["gates"]
            for rule in gate["rules"]
        }
        for release in releases
    ]
    assert verdicts[0] == verdicts[1]


@pytest.mark.long
def test_later_only_rules_of_files_that_did_not_come_are_not_asked(
    story: Story, later_acts: LaterActs
) -> None:
    not_asked = {
        gate["gate"]
        for gate in story.both(LATER)[1].manifest["gates"]
        for rule in gate["rules"]
        if rule["verdict"] == "not_applicable"
    }
    assert later_acts.refresh.is_new_release
    assert not_asked <= {"landing"}


def test_both_executors_did_work(story: Story) -> None:
    assert len(story.tasks_after_first) == 2
    assert min(story.tasks_after_first.values()) > 0


@pytest.mark.long
def test_a_quarter_closed_between_the_refreshes_freezes_alike(
    story: Story, later_acts: LaterActs
) -> None:
    for command in later_acts.closes:
        assert command.exit_code == 0, command.errors
        assert f"{CLOSED} is signed by {SIGNED_BY} as of {SIGNED_ON}" in command.output
    before, after = ([postings(release) for release in story.both(day)] for day in DAYS)
    assert before[0] == before[1] and after[0] == after[1]
    known_before, known_later = before[1], after[1]
    # What the quarter had been given when it was signed is what it will always have been given ...
    assert known_before[CLOSED, CLOSED][0] > 0
    assert known_later[CLOSED, CLOSED] == known_before[CLOSED, CLOSED]
    # ... and what became known about it on the day of the signature and since is in the open one.
    assert (CLOSED, OPEN) not in known_before
    assert known_later[CLOSED, OPEN][0] > 0
    assert [is_closed(release) for day in DAYS for release in story.both(day)] == [
        *(False, False),
        *(True, True),
    ]


def postings(release: Release) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Postings and their amount by the quarter they belong to and the one they are posted into."""
    with duckdb.connect(str(release.database), read_only=True) as connection:
        rows = connection.execute(
            "select origin_quarter, posted_quarter, count(*), sum(amount_company_currency) "
            "from attribution.fct_attribution_ledger group by 1, 2"
        ).fetchall()
    return {(origin, posted): (count, amount) for origin, posted, count, amount in rows}


def is_closed(release: Release) -> bool:
    with duckdb.connect(str(release.database), read_only=True) as connection:
        ((found,),) = connection.execute(
            "select distinct is_quarter_closed from accountability.fct_ae_quarters "
            "where fiscal_quarter = ?",
            [CLOSED],
        ).fetchall()
    return bool(found)


@pytest.mark.long
def test_the_second_refresh_extends_the_warehouse(story: Story, later_acts: LaterActs) -> None:
    assert later_acts.refresh.is_new_release
    assert later_acts.refresh.rebuilt_because is None
    closes = [
        landed["as_of"]
        for landed in story.both(LATER)[1].manifest["inputs"]
        if landed["feed"] == "quarter_closes" and landed["as_of"] > FIRST.isoformat()
    ]
    assert closes == [SIGNED_ON.isoformat()]
    # What is appended lies in files of its own beside those of the first refresh.
    ledger = story.on_spark.home.spark_warehouse / "small_attribution" / "fct_attribution_ledger"
    written = sorted(file.stat().st_mtime for file in ledger.glob("*.parquet"))
    first = story.both(FIRST)[1].path.stat().st_mtime
    assert written[0] < first < written[-1]


@pytest.mark.long
def test_a_worker_died_while_the_marts_were_built(later_acts: LaterActs) -> None:
    assert len(later_acts.tasks_at_the_kill) == 2
    assert later_acts.alive_workers_count == 1


def test_without_its_server_a_refresh_says_so_and_the_release_stays(story: Story) -> None:
    before = story.on_spark.home.current_release.resolve()
    closed = {**story.environment, "COSELL_SPARK_PORT": "1"}
    refused = run_cosell("--home", story.on_spark.home.root, "refresh", environment=closed)
    assert refused.exit_code != 0
    assert refused.errors.count("127.0.0.1:1 does not answer") == 1
    assert story.on_spark.home.current_release.resolve() == before


def test_a_gate_on_spark_stops_bad_data_and_names_its_rows(story: Story) -> None:
    from expectations.rule import Rule
    from expectations.validation import validate
    from orchestration.warehouse import warehouse_of

    def rule(rule_id: str, query: str) -> Rule:
        return Rule(
            rule_id=rule_id,
            table="core.dim_partners",
            severity="critical",
            owner="tests",
            statement="there are no partners",
            reason="a test",
            mend="nothing",
            query=query,
        )

    result = validate(
        "marts",
        [
            rule("no_partner", "select partner_id from batch order by partner_id nulls last"),
            rule("broken", "select colour from batch"),
            rule("good", "select partner_id from batch where partner_id is null"),
        ],
        warehouse_of(story.on_spark).gate_source(),
        {},
        story.on_spark.home.root / "gate",
    )
    failed, broken, good = result.rules
    assert (failed.verdict, broken.verdict, good.verdict) == ("failed", "broke", "passed")
    assert failed.failing_rows_count and failed.examples[0].startswith("partner_id=")
    assert "colour" in broken.message and "TExecuteStatementResp" not in broken.message


def test_a_schema_of_another_home_is_left_alone(story: Story, tmp_path: Path) -> None:
    other = run_cosell("--home", tmp_path, "init")
    assert other.exit_code == 0
    refused = run_cosell("--home", tmp_path, "refresh", environment=story.environment)
    assert refused.exit_code != 0
    assert "belongs to another home" in refused.errors
    server = SparkServer(story.on_spark.spark)
    assert server.location_of_schema("small_core") is not None
