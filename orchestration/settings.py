"""Where things lie and what the company is: every path, environment variable and company fact.

Nothing else in the project reads an environment variable of ours or builds a path below the
home folder. An unknown variable or key raises: a mistyped setting must never be ignored.
"""

from __future__ import annotations

import difflib
import os
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml

from orchestration.errors import ConfigurationError, one_sentence

Engine = Literal["duckdb", "ducklake", "spark"]
ManagersFrom = Literal["manager_field", "role_tree"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

SECRETS_VARIABLE = "COSELL_SECRETS"

ENVIRONMENT_VARIABLES: dict[str, str] = {
    "COSELL_HOME": "the data folder (default ./data)",
    "COSELL_ENGINE": "duckdb, ducklake or spark (default: engine of config/company.yaml)",
    "COSELL_THREADS": "how many threads the engine may use (default: the cores of this process)",
    "COSELL_MEMORY": "what DuckDB may hold before it spills, such as 4GiB (default: half)",
    SECRETS_VARIABLE: "a YAML file of credentials, outside this folder and readable by you alone",
    "COSELL_SPARK_HOST": "where Spark's thrift server listens (default 127.0.0.1)",
    "COSELL_SPARK_PORT": "its port (default 10000)",
    "COSELL_SPARK_USER": "the user that it is told (default cosell)",
    "COSELL_SPARK_PASSWORD": "the user's password, where the thrift server asks LDAP",
    "COSELL_LAKE_CATALOG": "DuckLake's catalog: how PostgreSQL is reached, host=… dbname=… user=…",
    "COSELL_LAKE_FILES": "the folder of DuckLake's files (default: warehouse_ducklake/files)",
    "COSELL_SCHEMA_PREFIX": "what schemas are called on DuckLake and Spark (default cosell_)",
    "COSELL_WAREHOUSE": "written for dbt's profile; the path follows from COSELL_HOME",
    "COSELL_LANDING": "written for dbt's profile; the path follows from COSELL_HOME",
    "COSELL_SALESFORCE_ACCESS_TOKEN": "a session of the Salesforce org, for `cosell crm pull`",
    "COSELL_SALESFORCE_CLIENT_ID": "the connected app, for `cosell crm pull`",
    "COSELL_SALESFORCE_CLIENT_SECRET": "the connected app's secret, for `cosell crm pull`",
    "COSELL_HUBSPOT_ACCESS_TOKEN": "the private app's token, for `cosell crm pull`",
    "COSELL_SLACK_ACCESS_TOKEN": "the bot's token (xoxb-…), for `cosell routes deliver`",
    "COSELL_QUERY_THREADS": "written for dbt: how many of DuckDB's threads share one query",
    "COSELL_LANDING_SHAPE": "written for dbt: changes when landed tables have other columns",
}

_AMOUNT_OF_MEMORY = re.compile(r"[1-9]\d*(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)
LITTLE_LANDED_BYTES = 64 * 2**20
# Where control group 2 keeps the limit of a container; "max" says that there is none.
_MEMORY_OF_THE_CONTAINER = Path("/sys/fs/cgroup/memory.max")

# ISO 4217 codes of currencies in use; the company reports in exactly one of them.
_CURRENCY_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS "
    "UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_CURRENCY_CODES.split())

_SCHEMA_PREFIX = re.compile(r"([a-z][a-z0-9_]*)?")


@dataclass(frozen=True)
class Home:
    """The data folder of one company and the fixed places below it."""

    root: Path

    @property
    def config(self) -> Path:
        """Settings that the company edits."""
        return self.root / "config"

    @property
    def company_file(self) -> Path:
        """Name, time zone, currency and calendar of the company."""
        return self.config / "company.yaml"

    @property
    def policies(self) -> Path:
        """The company's rules as effective-dated rows, one CSV per policy."""
        return self.config / "policy"

    @property
    def feeds(self) -> Path:
        """One YAML per feed."""
        return self.config / "feeds"

    @property
    def share_files(self) -> Path:
        """One YAML per file share."""
        return self.config / "shares"

    @property
    def fetched(self) -> Path:
        """What was fetched from each share, one JSON per share."""
        return self.root / "fetched"

    @property
    def inbox(self) -> Path:
        """Where people and partners drop files, one folder per feed."""
        return self.root / "inbox"

    @property
    def landing(self) -> Path:
        """Immutable Parquet batches: `<source>/<table>/<batch_id>.parquet`."""
        return self.root / "landing"

    @property
    def journal(self) -> Path:
        """One JSON per landed batch; a batch without its entry is an unfinished landing."""
        return self.landing / "_journal"

    @property
    def quarantine(self) -> Path:
        """Rows that could not be read, with their reasons, in the shape of `landing`."""
        return self.root / "quarantine"

    @property
    def pulls(self) -> Path:
        """What is kept between pulls of live CRMs: watermarks, and pages of an unfinished pull."""
        return self.root / "pulls"

    @property
    def delivery_file(self) -> Path:
        """What is delivered of the weekly lists, and where."""
        return self.config / "delivery.yaml"

    @property
    def deliveries(self) -> Path:
        """The journal of deliveries, and the files that were made for other tools and partners."""
        return self.root / "deliveries"

    @property
    def warehouse(self) -> Path:
        """The workshop that dbt builds; no reader opens it."""
        return self.root / "warehouse.duckdb"

    @property
    def spark_warehouse(self) -> Path:
        """The workshop on Spark: `<schema>/<table>/*.parquet`, seen by every worker."""
        return self.root / "warehouse_spark"

    @property
    def lake_warehouse(self) -> Path:
        """The workshop on DuckLake, as gates and releases read it; its tables lie in the lake."""
        return self.root / "warehouse_ducklake"

    @property
    def releases(self) -> Path:
        """Published, immutable releases."""
        return self.root / "releases"

    @property
    def current_release(self) -> Path:
        """Link to the release that readers open."""
        return self.releases / "current"

    @property
    def offboarding(self) -> Path:
        """Receipts of partners whose data was purged, and what was begun and not finished."""
        return self.root / "offboarding"

    @property
    def dagster(self) -> Path:
        """Dagster's own instance files."""
        return self.root / "dagster"

    @property
    def truth(self) -> Path:
        """What a generated company knows about itself; absent for a real one."""
        return self.root / "truth"

    def relative(self, path: Path) -> str:
        """`path` as people should read it: below the home when it lies there, else its name."""
        try:
            return path.absolute().relative_to(self.root.absolute()).as_posix()
        except ValueError:
            return path.name


@dataclass(frozen=True)
class SparkSettings:
    """Where Spark's thrift server is, and what its schemas are called."""

    host: str = "127.0.0.1"
    port: int = 10000
    user: str = "cosell"
    password: str | None = field(default=None, repr=False)
    schema_prefix: str = "cosell_"
    """Tells this company's schemas from others of the same metastore."""


@dataclass(frozen=True)
class LakeSettings:
    """Where DuckLake keeps its catalog and its files, and what our schemas are called there."""

    catalog: str = field(default="", repr=False)
    """How PostgreSQL is reached, as libpq reads it; empty where nobody has said."""
    files: Path | None = None
    """A folder that every writer sees under this path; None: below the home."""
    schema_prefix: str = "cosell_"


@dataclass(frozen=True)
class Settings:
    """One process's settings: the home, the engine, its threads and its memory.

    `memory` is DuckDB's limit, as it writes amounts; beyond it DuckDB spills to disk.
    """

    home: Home
    engine: Engine
    threads: int
    spark: SparkSettings = SparkSettings()
    lake: LakeSettings = LakeSettings()
    memory: str = field(default_factory=lambda: _memory({}))

    @property
    def schema_prefix(self) -> str:
        """What the names of the warehouse's schemas begin with; empty on DuckDB."""
        prefixes = {"spark": self.spark.schema_prefix, "ducklake": self.lake.schema_prefix}
        return prefixes.get(self.engine, "")

    @property
    def warehouse(self) -> Path:
        """The DuckDB file through which gates and releases read what dbt has built.

        On DuckLake and Spark it holds views over the Parquet files that they wrote.
        """
        if self.engine == "duckdb":
            return self.home.warehouse
        return self._built / "warehouse.duckdb"

    @property
    def lake_files(self) -> Path:
        """The folder of DuckLake's files, absolute."""
        return (self.lake.files or self.home.lake_warehouse / "files").absolute()

    @property
    def _built(self) -> Path:
        """What dbt writes, or the folder in which the home knows of it."""
        built = {"spark": self.home.spark_warehouse, "ducklake": self.home.lake_warehouse}
        return built.get(self.engine, self.home.warehouse)

    def dbt_environment(self) -> dict[str, str]:
        """The variables that dbt's profile and macros read, paths as absolute ones."""
        from orchestration.landing.contracts import shape_of_landing

        return {
            "COSELL_WAREHOUSE": str(self._built.absolute()),
            "COSELL_LANDING": str(self.home.landing.absolute()),
            "COSELL_LANDING_SHAPE": shape_of_landing(),
            "COSELL_THREADS": str(self.threads),
            "COSELL_QUERY_THREADS": str(self._threads_of_a_query()),
            "COSELL_MEMORY": self.memory,
            "COSELL_SCHEMA_PREFIX": self.schema_prefix,
            "COSELL_SPARK_HOST": self.spark.host,
            "COSELL_SPARK_PORT": str(self.spark.port),
            "COSELL_SPARK_USER": self.spark.user,
            "COSELL_SPARK_PASSWORD": self.spark.password or "",
            "COSELL_LAKE_CATALOG": self.lake.catalog,
            "COSELL_LAKE_FILES": f"{self.lake_files}/",
        }

    def _threads_of_a_query(self) -> int:
        """One where little has landed: dbt asks several queries at once, and sharing a small one
        between threads costs a tenth of the processor time of a refresh and gives nothing."""
        landed = 0
        for file in self.home.landing.rglob("*.parquet"):
            landed += file.stat().st_size
            if landed > LITTLE_LANDED_BYTES:
                return self.threads
        return 1


@dataclass(frozen=True)
class CompanySettings:
    """What `config/company.yaml` says; `fiscal_calendar` replaces the start month when given."""

    name: str
    time_zone: str
    currency: str
    fiscal_year_start_month: int | None
    fiscal_calendar: Path | None
    week_starts_on: Weekday
    holidays_country: str
    managers_from: ManagersFrom
    engine: Engine


COMPANY_KEYS = (
    "name",
    "time_zone",
    "currency",
    "fiscal_year_start_month",
    "fiscal_calendar",
    "week_starts_on",
    "holidays_country",
    "managers_from",
    "engine",
)


def load_settings(home: Path | None = None, engine: str | None = None) -> Settings:
    """Settings from arguments, else from the environment, else from the company's file.

    Raises ConfigurationError for an unknown COSELL_* variable or a value out of range.
    """
    reject_unknown_variables(os.environ)
    root = Path(home) if home is not None else Path(os.environ.get("COSELL_HOME") or "data")
    place = Home(root.expanduser())
    chosen = engine or os.environ.get("COSELL_ENGINE") or _engine_of_company(place)
    if chosen not in get_args(Engine):
        raise ConfigurationError(
            f"engine is {chosen!r}, which is not known: set COSELL_ENGINE (or engine in "
            "config/company.yaml) to duckdb, ducklake or spark."
        )
    return Settings(
        home=place,
        engine=cast(Engine, chosen),
        threads=_threads(os.environ),
        memory=_memory(os.environ),
        spark=_spark_settings(os.environ),
        lake=_lake_settings(os.environ),
    )


def reject_unknown_variables(environment: Mapping[str, str]) -> None:
    """Raise for the first COSELL_* variable that nothing reads."""
    for name in sorted(environment):
        if name.startswith("COSELL_") and name not in ENVIRONMENT_VARIABLES:
            guess = did_you_mean(name, ENVIRONMENT_VARIABLES)
            raise ConfigurationError(
                f"The environment variable {name} is not known{guess}: unset it or use one of "
                f"{', '.join(ENVIRONMENT_VARIABLES)}."
            )


def did_you_mean(word: str, known: Mapping[str, object] | tuple[str, ...] | list[str]) -> str:
    """` (did you mean 'x'?)` for the closest known word, empty when none is close."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


def load_company(home: Home) -> CompanySettings:
    """Read and check `config/company.yaml`; raises ConfigurationError naming key and mend."""
    path = home.company_file
    if not path.is_file():
        raise ConfigurationError(
            f"{path} does not exist: run `cosell init` to write the default company settings."
        )
    values = read_yaml_mapping(path)
    return _CompanyReader(home, values).read()


class _CompanyReader:
    """Checks the keys of one company file, one method per kind of value."""

    def __init__(self, home: Home, values: dict[str, Any]) -> None:
        self.home = home
        self.values = values
        self.file = home.relative(home.company_file)

    def read(self) -> CompanySettings:
        reject_unknown_keys(self.file, self.values, COMPANY_KEYS)
        return CompanySettings(
            name=self.text("name"),
            time_zone=checked_time_zone(self.file, "time_zone", self.text("time_zone")),
            currency=self.currency(),
            fiscal_year_start_month=self.start_month(),
            fiscal_calendar=self.calendar(),
            week_starts_on=cast(
                Weekday, self.choice("week_starts_on", "monday", get_args(Weekday))
            ),
            holidays_country=self.country(),
            managers_from=cast(
                ManagersFrom,
                self.choice("managers_from", "manager_field", get_args(ManagersFrom)),
            ),
            engine=cast(Engine, self.choice("engine", "duckdb", get_args(Engine))),
        )

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise ConfigurationError(f"{self.file}: {key} is missing: add a line `{key}: …`.")
        return value.strip()

    def choice(self, key: str, default: str, known: tuple[str, ...]) -> str:
        value = str(self.values.get(key, default)).strip().lower()
        if value not in known:
            raise ConfigurationError(
                f"{self.file}: {key} is {value!r}: use one of {', '.join(known)}."
            )
        return value

    def currency(self) -> str:
        value = self.text("currency").upper()
        if value not in CURRENCIES:
            raise ConfigurationError(
                f"{self.file}: currency is {value!r}, which is no ISO 4217 code: "
                "use three letters such as USD, EUR or JPY."
            )
        return value

    def start_month(self) -> int | None:
        if "fiscal_calendar" in self.values:
            if "fiscal_year_start_month" in self.values:
                raise ConfigurationError(
                    f"{self.file}: fiscal_year_start_month and fiscal_calendar are both given: "
                    "keep the one that defines your fiscal year."
                )
            return None
        value = self.text("fiscal_year_start_month")
        if not value.isdigit() or not 1 <= int(value) <= 12:
            raise ConfigurationError(
                f"{self.file}: fiscal_year_start_month is {value!r}: use a number from 1 "
                "(January) to 12 (December)."
            )
        return int(value)

    def calendar(self) -> Path | None:
        if "fiscal_calendar" not in self.values:
            return None
        path = self.home.config / self.text("fiscal_calendar")
        if not path.is_file():
            raise ConfigurationError(
                f"{self.file}: fiscal_calendar names {path.name}, which is not in "
                f"{self.home.relative(self.home.config)}: put the file of periods there."
            )
        return path

    def country(self) -> str:
        value = self.text("holidays_country").upper()
        if len(value) != 2 or not value.isalpha():
            raise ConfigurationError(
                f"{self.file}: holidays_country is {value!r}: use the two letters of ISO 3166, "
                "such as US, DE or JP."
            )
        return value


def checked_time_zone(file: str, key: str, value: str) -> str:
    """`value` when it is a time zone of the IANA database, else ConfigurationError."""
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = sorted(zoneinfo.available_timezones())
        raise ConfigurationError(
            f"{file}: {key} is {value!r}, which is no IANA time zone"
            f"{did_you_mean(value, known)}: use a name such as America/New_York or UTC."
        ) from None
    return value


def reject_unknown_keys(file: str, values: dict[str, Any], known: tuple[str, ...]) -> None:
    """Raise for the first key of a settings file that nothing reads."""
    for key in values:
        if key not in known:
            raise ConfigurationError(
                f"{file}: the key {key!r} is not known{did_you_mean(key, known)}: remove it or "
                f"use one of {', '.join(known)}."
            )


class _TextLoader(yaml.BaseLoader):
    """Every scalar stays the text that was written: `NO` is Norway and `007` keeps its zeros."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode):
                if key_node.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None,
                        None,
                        f"the key {key_node.value!r} is written twice",
                        key_node.start_mark,
                    )
                seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


def read_yaml_mapping(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file, every scalar as text; raises ConfigurationError."""
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_TextLoader)
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not UTF-8: save it as UTF-8.") from None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error.strerror}): check that it is a readable file."
        ) from None
    except yaml.YAMLError as error:
        raise ConfigurationError(
            f"{path} is not valid YAML ({one_sentence(str(error))}): mend that line."
        ) from None
    if loaded is None or loaded == "":
        return {}
    if not isinstance(loaded, dict):
        raise ConfigurationError(f"{path} must hold lines of the form `key: value`: rewrite it so.")
    return loaded


def _engine_of_company(home: Home) -> str:
    return load_company(home).engine if home.company_file.is_file() else "duckdb"


def _schema_prefix(environment: Mapping[str, str], default: str) -> str:
    prefix = environment.get("COSELL_SCHEMA_PREFIX", default)
    if not _SCHEMA_PREFIX.fullmatch(prefix):
        raise ConfigurationError(
            f"COSELL_SCHEMA_PREFIX is {prefix!r}: use lower-case letters, digits and underscores, "
            "a letter first."
        )
    return prefix


def _lake_settings(environment: Mapping[str, str]) -> LakeSettings:
    default = LakeSettings()
    files = environment.get("COSELL_LAKE_FILES")
    return LakeSettings(
        catalog=environment.get("COSELL_LAKE_CATALOG") or default.catalog,
        files=Path(files).expanduser() if files else None,
        schema_prefix=_schema_prefix(environment, default.schema_prefix),
    )


def _spark_settings(environment: Mapping[str, str]) -> SparkSettings:
    default = SparkSettings()
    return SparkSettings(
        host=environment.get("COSELL_SPARK_HOST") or default.host,
        port=_spark_port(environment.get("COSELL_SPARK_PORT") or str(default.port)),
        user=environment.get("COSELL_SPARK_USER") or default.user,
        password=environment.get("COSELL_SPARK_PASSWORD") or None,
        schema_prefix=_schema_prefix(environment, default.schema_prefix),
    )


def _spark_port(value: str) -> int:
    if not value.isdigit() or not 1 <= int(value) <= 65535:
        raise ConfigurationError(
            f"COSELL_SPARK_PORT is {value!r}: set it to the port of Spark's thrift server, "
            "a whole number from 1 to 65535."
        )
    return int(value)


def _threads(environment: Mapping[str, str]) -> int:
    value = environment.get("COSELL_THREADS")
    if not value:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if not value.isdigit() or not 1 <= int(value) <= 256:
        raise ConfigurationError(
            f"COSELL_THREADS is {value!r}: set it to a whole number from 1 to 256."
        )
    return int(value)


def _memory(environment: Mapping[str, str]) -> str:
    value = environment.get("COSELL_MEMORY")
    if not value:
        # The other half is for this process, what else runs, and the files that the system keeps.
        return f"{_memory_of_the_machine() // 2 // 2**20}MiB"
    if not _AMOUNT_OF_MEMORY.fullmatch(value.strip()):
        raise ConfigurationError(
            f"COSELL_MEMORY is {value!r}: set it to an amount of memory such as 4GiB."
        )
    return value.strip()


def _memory_of_the_machine() -> int:
    """Bytes that this process may use: the machine's, or fewer where a container says so."""
    of_machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        of_container = _MEMORY_OF_THE_CONTAINER.read_text(encoding="ascii").strip()
    except OSError:
        return of_machine
    return min(of_machine, int(of_container)) if of_container.isdigit() else of_machine
