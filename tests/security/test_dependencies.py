"""What is installed is what was locked, and a release says what it is made of."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.markers import Marker

from orchestration.bill_of_materials import bill_of_materials, main, read_lock
from orchestration.errors import ConfigurationError

LOCKS = ("requirements.lock", "requirements-spark.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes_from_no_address(repository: Path, lock: str) -> None:
    packages = read_lock(repository / lock)
    assert len(packages) > 150
    text = repository.joinpath(lock).read_text(encoding="utf-8")
    assert text.count("--hash=sha256:") == sum(len(each.hashes) for each in packages)
    for word in ("--index-url", "--extra-index-url", "--find-links", "git+", "@ "):
        assert word not in text


def test_what_is_installed_is_what_was_locked(repository: Path) -> None:
    """Versions of the lock that this machine needs; extras of the other lock may lie beside."""
    installed = {_plain(each.metadata["Name"]): each.version for each in distributions()}
    other = {
        _plain(each.name): each.version
        for each in read_lock(repository / "requirements.lock")
        if each.marker is None or Marker(each.marker).evaluate()
    }
    assert {
        name: (locked, installed.get(name))
        for name, locked in other.items()
        if installed.get(name) != locked
    } == {}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_bill_of_materials_is_cyclonedx_and_the_same_each_time(
    repository: Path, tmp_path: Path
) -> None:
    lock = repository / "requirements.lock"
    target = tmp_path / "dist" / "cosell.cdx.json"
    main(lock, target)
    text = target.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    written = json.loads(text)
    assert written == bill_of_materials(lock)
    purls = {each["purl"] for each in written["components"]}
    assert {f"pkg:pypi/{_plain(each.name)}@{each.version}" for each in read_lock(lock)} == purls
    assert any(purl.startswith("pkg:pypi/duckdb@") for purl in purls)
    assert str(repository) not in text


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ("requests>=2\n", "line 1 pins no version"),
        ("requests==2.1\n", "requests has no hash"),
        (f"    --hash=sha256:{'a' * 64}\n", "a hash of nothing"),
        ("git+https://example.com/x.git\n", "line 1 pins no version"),
    ],
)
def test_a_lock_that_promises_nothing_is_refused(tmp_path: Path, lock: str, said: str) -> None:
    file = tmp_path / "requirements.lock"
    file.write_text(lock, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        read_lock(file)


def test_pip_itself_refuses_a_package_whose_hash_is_another(tmp_path: Path) -> None:
    """`make install` asks for hashes: nothing is installed where one does not fit."""
    wheel = tmp_path / "harmless-1.0-py3-none-any.whl"
    wheel.write_bytes(b"not what was locked")
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"harmless==1.0 --hash=sha256:{'a' * 64}\n", encoding="utf-8")
    asked = ["install", "--no-deps", "--require-hashes", "--no-index", "--dry-run"]
    refused = subprocess.run(
        [sys.executable, "-m", "pip", *asked, "--find-links", str(tmp_path), "-r", str(lock)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0 and "DO NOT MATCH THE HASHES" in refused.stderr
