"""A gate between two stations: a suite of rules, run as blocking asset checks.

Where a gate's tables are and what its rules compare with is decided here; the rules themselves are
in `expectations`, and know nothing of Dagster.
"""

# No postponed annotations here: Dagster compares the annotation of a check's context with its type.
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg

from expectations.gates import RULES_OF_GATES
from expectations.rule import Rule
from expectations.validation import GateSource, validate
from expectations.verdict import GateResult, RuleVerdict
from orchestration.dbt_station import (
    SESSION,
    gate_key,
    landed_table_key,
    reporting_failures,
    warehouse_table_key,
)
from orchestration.errors import BrokenCheckError, CosellError, GateError, one_sentence
from orchestration.landing import policy
from orchestration.landing.gate_policy import limits_on, waivers_on
from orchestration.landing.policy_versions import landed_version_hashes
from orchestration.refresh_session import RefreshSession
from orchestration.release import Release, current_release, list_releases
from orchestration.settings import Home
from orchestration.stations import LANDING, MARTS, MATCHING

GATES_FOLDER = "gates"
# What the rules of the landing gate compare new records of the CRM with.
_CRM_TABLES = ("accounts", "opportunities", "users", "groups", "tasks", "events")


@dataclass(frozen=True)
class Gate:
    """One gate: its rules, where their tables are, and what their parameters stand for."""

    name: str
    rules: Sequence[Rule]
    table_key: Callable[[str], dg.AssetKey]
    source: Callable[[RefreshSession, date], GateSource]
    parameters: Callable[[RefreshSession, date], Mapping[str, str]]

    @property
    def label(self) -> str:
        """The gate's name as people see it."""
        return f"gate: {self.name}"


def _landed_key(table: str) -> dg.AssetKey:
    source, _, name = table.partition(".")
    return landed_table_key(source, name)


def run_gate(session: RefreshSession, gate: Gate) -> GateResult:
    """Evaluate a gate on what the stations before it have built, and keep its results.

    Raises nothing for rules that do not hold: `raise_where_blocked` does.
    """
    as_of = session.state.as_of
    folder = gate_folder(session.home, gate.name)
    try:
        result = validate(
            gate.name,
            gate.rules,
            gate.source(session, as_of),
            gate.parameters(session, as_of),
            folder,
            waivers_on(session.home, as_of),
            as_of,
        )
    except CosellError:
        raise
    except Exception as error:
        # Neither bad data nor one broken rule: nothing was judged, so nothing goes on.
        raise BrokenCheckError(
            f"The {gate.name} gate could not run and says nothing about the data "
            f"({one_sentence(str(error)) or type(error).__name__}): the next station does not run; "
            "`--debug` shows where it broke."
        ) from error
    session.keep_gate(result)
    return result


def gate_folder(home: Home, gate: str) -> Path:
    """Where the newest results of a gate are kept until a release takes them."""
    return home.gate_results / gate


def raise_where_blocked(result: GateResult) -> None:
    """Raise GateError for bad data, BrokenCheckError where only checks broke."""
    if result.verdict == "failed":
        raise GateError(result.message)
    if result.verdict == "broke":
        raise BrokenCheckError(result.message)


def _literal(text: str | Path) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def released_before(home: Home, as_of: date) -> Release | None:
    """The release to compare with: the current one, unless it is of a later day.

    A refresh of the past is compared with what was released of that past.
    """
    current = current_release(home)
    if current is None or current.as_of <= as_of:
        return current
    earlier = [release for release in list_releases(home) if release.as_of <= as_of]
    return max(earlier, key=lambda release: (release.as_of, release.created_at), default=None)


def _common_parameters(session: RefreshSession, as_of: date) -> dict[str, str]:
    release = released_before(session.home, as_of)
    released_as_of = "cast(null as date)" if release is None else f"date '{release.as_of}'"
    parameters = {
        "as_of": f"date '{as_of.isoformat()}'",
        "released_as_of": released_as_of,
        **limits_on(session.home, as_of),
    }
    if release is not None:
        for table in release.manifest["tables"]:
            file = release.table_file(table)
            name = f"released_{table.replace('.', '__')}"
            parameters[name] = session.warehouse.relation_of_file(file)
    return parameters


def _warehouse_source(session: RefreshSession, as_of: date) -> GateSource:
    return session.warehouse.gate_source()


def _marts_parameters(session: RefreshSession, as_of: date) -> dict[str, str]:
    return {
        **_common_parameters(session, as_of),
        "public_columns": session.warehouse.columns_relation(),
    }


def _landing_source(session: RefreshSession, as_of: date) -> GateSource:
    """Landed tables as selects over Parquet: the batches that no release has seen yet.

    A table of which nothing has landed since has nothing to be judged by.
    """
    home = session.home
    relations = {"cosell.landed_batches": f"select * from {_known_batches(home, as_of)}"}
    judged = {rule.table for rule in RULES_OF_GATES[LANDING]} - set(relations)
    new = _new_batches(session, as_of)
    for table in judged & set(new):
        source, _, name = table.partition(".")
        folder = home.landing / source / name
        listed = ", ".join(_literal(folder / f"{batch_id}.parquet") for batch_id in new[table])
        relations[table] = f"select * from read_parquet([{listed}])"
    return GateSource(
        database=None,
        threads=session.settings.threads,
        relations=relations,
        unchanged=frozenset(judged - set(new)),
    )


def _known_batches(home: Home, as_of: date) -> str:
    files = _literal(home.landing / "cosell" / "landed_batches" / "*.parquet")
    return (
        f"(select * from read_parquet({files}) "
        f"where cast(known_on as date) <= date '{as_of.isoformat()}') as known_batches"
    )


def _released_refresh_number(session: RefreshSession, as_of: date) -> int:
    release = released_before(session.home, as_of)
    return 0 if release is None else int(release.manifest["refresh_number"])


def _new_batches(session: RefreshSession, as_of: date) -> dict[str, list[str]]:
    """Ids of the batches that no release has seen yet, by `source.table`."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            f"""
            select source || '.' || table_name, list(batch_id order by batch_id)
            from {_known_batches(session.home, as_of)}
            where cast(refresh_number as bigint) > {_released_refresh_number(session, as_of)}
            group by all
            """
        ).fetchall()
    return dict(rows)


def _landing_parameters(session: RefreshSession, as_of: date) -> Mapping[str, str]:
    landing = session.home.landing

    def landed(source: str, table: str) -> str:
        """Every landed row of a table that was known on the day of the refresh."""
        files = _literal(landing / source / table / "*.parquet")
        return f"(select * from read_parquet({files}) where _as_of <= date '{as_of}')"

    return {
        **_common_parameters(session, as_of),
        "released_refresh_number": str(_released_refresh_number(session, as_of)),
        "landing_files": _literal(landing / "*" / "*" / "*.parquet"),
        "landed_batches": f"(select * from {_known_batches(session.home, as_of)})",
        "landed_company": landed("settings", "company"),
        "landed_feeds": landed("settings", "feeds"),
        "landed_partners": landed("templates", "partners"),
        "landed_partner_accounts": landed("bilateral", "partner_accounts"),
        "landed_dated_rates": landed("salesforce", "dated_conversion_rates"),
        "landed_plan_rates": landed("policy", "plan_rates"),
        "purged_batches": landed("cosell", "purged_batches"),
        "policy_versions": _policy_versions(session.home),
        **{f"landed_{name}": landed("salesforce", name) for name in _CRM_TABLES},
    }


def _policy_versions(home: Home) -> str:
    """Every landed policy file and version with the hash of its rows, as a relation."""
    rows = [
        f"({', '.join(map(_literal, (table.name, *landed)))})"
        for table in policy.TABLES
        for landed in landed_version_hashes(home, table)
    ]
    found = f"values {', '.join(rows)}" if rows else "select '', '', '', '' where false"
    return f"(select * from ({found}) as versions(policy, batch_id, policy_version, sha256))"


GATES = (
    Gate(LANDING, RULES_OF_GATES[LANDING], _landed_key, _landing_source, _landing_parameters),
    Gate(
        MATCHING,
        RULES_OF_GATES[MATCHING],
        warehouse_table_key,
        _warehouse_source,
        _common_parameters,
    ),
    Gate(MARTS, RULES_OF_GATES[MARTS], warehouse_table_key, _warehouse_source, _marts_parameters),
)


def gate_named(name: str) -> Gate:
    """The gate after the station of that name."""
    return next(gate for gate in GATES if gate.name == name)


def build_gate(gate: Gate) -> dg.AssetsDefinition:
    """A gate as one step: an asset that the next station waits for, with one check per rule.

    The checks are on the gate and not on the tables: a blocking check on a table that another
    model of the same station reads would let that station wait for itself.
    """
    key = gate_key(gate.name)

    @dg.multi_asset(
        name=f"{gate.name}_gate",
        specs=[
            dg.AssetSpec(
                key=key,
                deps=sorted({gate.table_key(rule.table) for rule in gate.rules}),
                group_name=gate.name,
                description=(
                    f"The gate behind the {gate.name} station: {len(gate.rules)} rules, each an "
                    "asset check. What fails a critical one goes no further."
                ),
                kinds={"greatexpectations"},
                skippable=True,
            )
        ],
        check_specs=[_check_spec(key, rule) for rule in gate.rules],
        required_resource_keys={SESSION},
    )
    def check(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        session: RefreshSession = getattr(context.resources, SESSION)
        with reporting_failures(session, gate.label):
            result = run_gate(session, gate)
            for verdict in result.rules:
                yield _check_result(key, verdict)
            raise_where_blocked(result)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "seconds": round(result.seconds, 3),
                "warnings_count": len(result.warnings),
                "data_docs": dg.MetadataValue.path(
                    str(gate_folder(session.home, gate.name) / "data_docs" / "index.html")
                ),
            },
        )

    return check


def _check_spec(key: dg.AssetKey, rule: Rule) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name=rule.rule_id,
        asset=key,
        description=f"{rule.statement[0].upper()}{rule.statement[1:]}: {rule.reason}.",
        blocking=rule.severity == "critical",
        metadata={"table": rule.table, "owner": rule.owner, "mend": rule.mend},
    )


def _check_result(key: dg.AssetKey, verdict: RuleVerdict) -> dg.AssetCheckResult:
    # A waived rule does not hold, and stops nothing; a check that broke stops however severe.
    is_error = verdict.is_blocking or (
        verdict.severity == "critical" and verdict.verdict != "waived"
    )
    severity = dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=verdict.rule_id,
        passed=verdict.verdict in ("passed", "not_applicable"),
        severity=severity,
        description=verdict.message or None,
        metadata={
            "verdict": verdict.verdict,
            "failing_rows_count": verdict.failing_rows_count or 0,
            "examples": list(verdict.examples),
            "approved_by": verdict.approved_by,
            "waived_until": verdict.waived_until,
        },
    )
