"""A PostgreSQL of our own on loopback and a lake in it; skipped where either cannot be had."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
EXTENSIONS = ("postgres_scanner", "ducklake")
SECONDS_FOR_POSTGRES = 60
DEBIAN_FOLDERS = "/usr/lib/postgresql/*/bin"


@dataclass(frozen=True)
class Lake:
    """A catalog, its files, and the home folder in which DuckDB finds the two extensions."""

    catalog: str
    files: Path
    person_home: Path

    def environment(self, landing: Path) -> dict[str, str]:
        """The variables of a process that builds or reads the lake."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("COSELL_")
        }
        return {
            **inherited,
            "HOME": str(self.person_home),
            "DUCKLAKE_CATALOG": self.catalog,
            "DUCKLAKE_FILES": str(self.files),
            "COSELL_LANDING": str(landing),
        }

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection of this process with the lake attached as `lake`."""
        connection = duckdb.connect()
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set home_directory = '{self.person_home}'")
        for extension in EXTENSIONS:
            connection.load_extension(extension)
        connection.execute(
            f"attach 'ducklake:postgres:{self.catalog}' as lake (data_path '{self.files}')"
        )
        return connection


@pytest.fixture(scope="session")
def person_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the packaged extensions installed, as `import_extension` leaves it."""
    packages = [f"duckdb-extension-{name.replace('_', '-')}" for name in EXTENSIONS]
    for package in ("duckdb-extensions", *packages):
        try:
            found = version(package)
        except PackageNotFoundError:
            pytest.skip(f"the extra `ducklake` is not installed: there is no {package}")
        if found != duckdb.__version__:
            pytest.skip(f"{package} {found} is for another DuckDB than {duckdb.__version__}")
    home = tmp_path_factory.mktemp("person")
    script = "; ".join(
        ["from duckdb_extensions import import_extension"]
        + [f"import_extension('{name}')" for name in EXTENSIONS]
    )
    subprocess.run(
        [sys.executable, "-c", script], check=True, env={**os.environ, "HOME": str(home)}
    )
    return home


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """The port of a PostgreSQL that is started for these tests and stopped after them."""
    programs = _folder_of_postgres()
    # PostgreSQL refuses to run as root; its Debian package brings a person for that.
    is_root = os.geteuid() == 0
    if is_root and not _is_person("postgres"):
        pytest.skip("PostgreSQL does not run as root, and there is no person `postgres` here")
    as_postgres = ["runuser", "-u", "postgres", "--"] if is_root else []
    # Not below pytest's folders: those are closed to other people.
    folder = Path(tempfile.mkdtemp(prefix="ducklake_postgres_"))
    if is_root:
        shutil.chown(folder, "postgres")
    port = _free_port()
    data = folder / "data"

    def run(*command: str | Path) -> None:
        subprocess.run(
            [*as_postgres, *map(str, command)],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            timeout=SECONDS_FOR_POSTGRES,
        )

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    control = programs / "pg_ctl"
    try:
        run(programs / "initdb", "-D", data, "-A", "trust", "-U", "cosell", "-E", "UTF8")
        run(control, "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        try:
            run(programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "cosell", "lake")
            yield port
        finally:
            run(control, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def lake(postgres_port: int, person_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """An empty lake."""
    made = Lake(
        catalog=f"dbname=lake host=127.0.0.1 port={postgres_port} user=cosell",
        files=tmp_path_factory.mktemp("lake_files"),
        person_home=person_home,
    )
    made.connect().close()
    return made


def _folder_of_postgres() -> Path:
    folders = [Path(found).parent for found in [shutil.which("initdb")] if found]
    folders += sorted(Path("/").glob(DEBIAN_FOLDERS.lstrip("/")), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")


def _is_person(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
