"""What each file of a share is answered, from a local folder; landing then says the rest."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError, LandingError
from orchestration.file_shares import fetch_share
from orchestration.file_shares.remote_folders import RemoteFile
from orchestration.landing import land_inbox, read_journal
from orchestration.refresh_session import RefreshSession
from orchestration.settings import load_settings
from tests.file_shares.conftest import LIST

NAME = "list_2026-02-09.csv"
HASH = hashlib.sha256(LIST).hexdigest()


def put(folder: Path, name: str = NAME, content: bytes = LIST) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def manifest(folder: Path, **entry: object) -> None:
    (folder / "manifest.json").write_text(json.dumps({"filename": NAME} | entry))


def statuses(home) -> dict[str, str]:
    return {each.name: each.status for each in fetch_share(home, "acme")}


def messages(home) -> str:
    return " ".join(each.message for each in fetch_share(home, "acme"))


def refusals(home) -> str:
    return " ".join(sentence for _, sentence in land_inbox(home).refused)


def test_a_file_is_fetched_landed_and_private(home, outgoing) -> None:
    put(outgoing)
    assert statuses(home) == {NAME: "fetched"}
    (landed,) = land_inbox(home).landed
    assert (landed.good, landed.as_of) == (2, datetime.date(2026, 2, 9))
    assert (home.inbox / "acme" / NAME).stat().st_mode & 0o077 == 0
    assert not list((home.inbox / "acme" / ".incoming").iterdir())


def test_the_same_file_again_changes_nothing(home, outgoing) -> None:
    put(outgoing)
    fetch_share(home, "acme")
    land_inbox(home)
    assert statuses(home) == {NAME: "unchanged"}
    put(outgoing, "copy_2026-02-09.csv")
    assert statuses(home) == {NAME: "unchanged", "copy_2026-02-09.csv": "unchanged"}
    assert land_inbox(home).landed == []


def test_a_changed_file_is_fetched_again(home, outgoing) -> None:
    put(outgoing)
    fetch_share(home, "acme")
    put(outgoing, content=LIST + b"3,C,prospect\n")
    assert statuses(home) == {NAME: "fetched"}
    assert [landed.good for landed in land_inbox(home).landed] == [3]


def test_a_file_written_to_moments_ago_waits(home, outgoing, share) -> None:
    share(kind="folder", path=str(outgoing), settled_seconds=600)
    path = put(outgoing)
    assert statuses(home) == {NAME: "waiting"}
    long_ago = time.time() - 601
    os.utime(path, (long_ago, long_ago))
    assert statuses(home) == {NAME: "fetched"}


def test_a_manifest_proves_that_a_fresh_file_is_whole(home, outgoing, share) -> None:
    share(kind="folder", path=str(outgoing), settled_seconds=600)
    put(outgoing)
    manifest(outgoing, sha256=HASH)
    assert statuses(home) == {NAME: "fetched"}


def test_a_file_that_grows_while_it_is_downloaded_waits(home, outgoing, monkeypatch) -> None:
    path = put(outgoing)
    listed = "orchestration.file_shares.remote_folders._FileSystemFolder.files"
    sizes = iter([len(LIST), len(LIST) + 1])

    def growing(_: object) -> list[RemoteFile]:
        return [RemoteFile(NAME, next(sizes), path.stat().st_mtime)]

    monkeypatch.setattr(listed, growing)
    assert statuses(home) == {NAME: "waiting"}
    assert not (home.inbox / "acme" / NAME).exists()


@pytest.mark.parametrize("name", ["list.csv.part", ".list.csv", "list.filepart", "README", "x.exe"])
def test_what_is_not_meant_is_left_alone(home, outgoing, name: str) -> None:
    put(outgoing, name)
    assert statuses(home) == {}


def test_a_required_manifest_is_waited_for(home, outgoing, share) -> None:
    share(kind="folder", path=str(outgoing), manifest="required")
    put(outgoing)
    assert statuses(home) == {NAME: "waiting"}
    manifest(outgoing, sha256=HASH)
    assert statuses(home) == {NAME: "fetched"}


def test_a_wrong_hash_is_refused_until_it_is_right(home, outgoing) -> None:
    put(outgoing, content=LIST[:-5])
    manifest(outgoing, sha256=HASH)
    assert statuses(home) == {NAME: "refused"}
    assert "is not the file that acme/manifest.json names" in messages(home)
    assert not (home.inbox / "acme" / NAME).exists()
    put(outgoing)
    assert statuses(home) == {NAME: "fetched"}


def test_a_short_file_is_refused_by_its_row_count(home, outgoing) -> None:
    put(outgoing)
    manifest(outgoing, row_count=3)
    fetch_share(home, "acme")
    sentence = refusals(home)
    assert "has 2 rows, fewer than the 3" in sentence
    assert "ask the sender for the whole file" in sentence
    assert read_journal(home) == []


def test_the_manifest_gives_the_day_and_the_mode(home, outgoing) -> None:
    put(outgoing, "list.csv")
    entry = {"filename": "list.csv", "as_of": "2026-02-10", "mode": "delta", "row_count": "2"}
    (outgoing / "manifest.json").write_text(json.dumps({"sender": "Acme", "files": [entry]}))
    assert statuses(home) == {"list.csv": "fetched"}
    assert (home.inbox / "acme" / "2026-02-10" / "list.csv").is_file()
    land_inbox(home)
    (landed,) = read_journal(home)
    assert (landed.as_of, landed.mode) == (datetime.date(2026, 2, 10), "delta")
    assert landed.as_of_from == "manifest"


def test_a_manifest_as_csv_or_beside_each_file(home, outgoing) -> None:
    put(outgoing, "a_2026-02-09.csv")
    (outgoing / "manifest.csv").write_text("filename,rows\na_2026-02-09.csv,7\n")
    put(outgoing, "b_2026-02-10.csv", LIST + b"3,C,prospect\n")
    (outgoing / "b_2026-02-10.csv.manifest.json").write_text('{"row_count": 8}')
    assert set(statuses(home).values()) == {"fetched"}
    sentence = refusals(home)
    assert "fewer than the 7" in sentence and "fewer than the 8" in sentence


@pytest.mark.parametrize(
    "text",
    [
        *(
            "{",
            "[1]",
            "[" * 100_000,
            '{"as_of": "2026-02-09"}',
            '{"filename": "x", "sha256": "12"}',
        ),
        *('{"filename": "x", "row_count": "-1"}', '{"filename": "x", "mode": "some"}'),
        '{"filename": "x", "as_of": "soon"}',
    ],
)
def test_a_bad_manifest_is_one_sentence_and_stops_no_file(home, outgoing, text: str) -> None:
    put(outgoing)
    (outgoing / "manifest.json").write_text(text)
    found = {each.name: each for each in fetch_share(home, "acme")}
    assert found["manifest.json"].status == "refused"
    assert found["manifest.json"].message.endswith(".")
    assert found[NAME].status == "fetched"


def test_a_manifest_that_contradicts_the_folder_is_refused(home, outgoing) -> None:
    folder = home.inbox / "acme" / "2026-02-10"
    folder.mkdir(parents=True)
    put(folder)
    manifest(folder, as_of="2026-02-09")
    assert "lies in the folder of 2026-02-10, but is as of 2026-02-09" in refusals(home)


def test_names_never_lead_out_of_the_inbox(home, outgoing, monkeypatch) -> None:
    files = "orchestration.file_shares.remote_folders._FileSystemFolder.files"
    evil = [RemoteFile(name, 3, 0.0) for name in ("../../x.csv", "/etc/x.csv", "..\\x.csv")]
    monkeypatch.setattr(files, lambda _: evil)
    assert statuses(home) == {}


def test_a_damaged_ledger_is_named(home, outgoing) -> None:
    put(outgoing)
    fetch_share(home, "acme")
    (home.fetched / "acme.json").write_text("{")
    with pytest.raises(LandingError, match=r"fetched/acme.json is damaged"):
        fetch_share(home, "acme")


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ({"kind": "ftp"}, "kind is 'ftp'"),
        ({"kind": "folder", "path": None}, "path is missing"),
        ({"kind": "folder", "path": "x", "feed": "nobody"}, "feed is 'nobody'"),
        ({"kind": "folder", "path": "x", "host": "y"}, "'host' is not known"),
        ({"kind": "sftp", "path": "x", "password": "geheim"}, "`password_secret: NAME`"),
        ({"kind": "folder", "path": "x", "settled_seconds": -1}, "settled_seconds is '-1'"),
    ],
)
def test_a_bad_share_is_one_sentence(home, share, keys, part: str) -> None:
    share(**keys)
    with pytest.raises(ConfigurationError) as refused:
        fetch_share(home, "acme")
    assert part in str(refused.value)
    assert "geheim" not in str(refused.value)


# --- PGP ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def key_ring(tmp_path_factory) -> Iterator[Path]:
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed")
    ring = tmp_path_factory.mktemp("gnupg")
    ring.chmod(0o700)
    gpg(ring, "--passphrase", "", "--quick-gen-key", "us@example.com", "default", "default")
    yield ring
    # gpg starts an agent of its own for each key ring, and leaves it running.
    subprocess.run(["gpgconf", "--homedir", str(ring), "--kill", "all"], check=True)


def gpg(ring: Path, *arguments: str) -> None:
    command = ["gpg", "--homedir", str(ring), "--batch", "--yes", "--pinentry-mode", "loopback"]
    subprocess.run([*command, *arguments], check=True, capture_output=True)


@pytest.fixture
def encrypted(key_ring: Path, outgoing: Path, tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("GNUPGHOME", str(key_ring))
    plain = put(tmp_path)
    target = outgoing / f"{NAME}.gpg"
    gpg(
        key_ring,
        *("--trust-model", "always", "--recipient", "us@example.com"),
        *("--output", str(target), "--encrypt", str(plain)),
    )
    return target


def test_an_encrypted_file_is_decrypted_into_the_inbox(home, outgoing, encrypted) -> None:
    entry = {"filename": encrypted.name, "row_count": 2}
    entry["sha256"] = hashlib.sha256(encrypted.read_bytes()).hexdigest()
    (outgoing / "manifest.json").write_text(json.dumps([entry]))
    assert statuses(home) == {f"{NAME}.gpg": "fetched"}
    assert (home.inbox / "acme" / NAME).read_bytes() == LIST
    assert [landed.good for landed in land_inbox(home).landed] == [2]


def test_an_encrypted_file_that_was_changed_is_refused(home, encrypted) -> None:
    content = bytearray(encrypted.read_bytes())
    content[-10] ^= 0xFF
    encrypted.write_bytes(bytes(content))
    assert statuses(home) == {f"{NAME}.gpg": "refused"}
    assert not (home.inbox / "acme" / NAME).exists()


def test_a_file_for_another_key_is_refused(home, encrypted, tmp_path, monkeypatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(empty))
    assert "a key that this machine does not have" in messages(home)


# --- who fetches ----------------------------------------------------------------------------------


def test_a_refresh_fetches_before_it_lands(home, outgoing) -> None:
    """And what could not be fetched is among what was refused."""
    put(outgoing)
    put(outgoing, "bad_2026-02-09.csv")
    (outgoing / "manifest.json").write_text(
        json.dumps([{"filename": "bad_2026-02-09.csv", "sha256": "0" * 64}])
    )
    session = RefreshSession(load_settings(home.root))
    session.begin_landing()
    session.end_landing(land_inbox(home), [])
    assert [landed.file for landed in session.landed] == [f"acme/{NAME}"]
    assert session.inbox is not None
    ((file, sentence),) = session.inbox.refused
    assert file == "acme/bad_2026-02-09.csv"
    assert "is not the file that acme/manifest.json names" in sentence


def test_the_inbox_sensor_fetches(home, outgoing, monkeypatch) -> None:
    import dagster as dg

    from orchestration.defs.landing.schedules import landing_schedules

    monkeypatch.setenv("COSELL_HOME", str(home.root))
    path = put(outgoing)
    (sensor,) = landing_schedules().sensors
    with dg.DagsterInstance.ephemeral() as instance:
        sensor(dg.build_sensor_context(instance=instance))
    assert (home.inbox / "acme" / path.name).read_bytes() == LIST
