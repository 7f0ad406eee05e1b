"""Fetching: the new files of a share come into `inbox/<feed>/`, whole or not at all.

Each file of a share has one of these answers:

- it has been fetched, and its size and time are the same: nothing is downloaded (unchanged);
- its bytes have been fetched under another name: nothing is added (unchanged);
- it was written to moments ago, or changed while it was downloaded, and no manifest proves that it
  is whole: it is left for the next time (waiting);
- its manifest is required and does not name it yet: it is left for the next time (waiting);
- its bytes are not those that its manifest names, or it cannot be decrypted: it is refused;
- else it is fetched. Whether it is too short, too old or no list at all is for landing to say.
"""

from __future__ import annotations

import datetime
import fnmatch
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from orchestration.errors import ConfigurationError, CosellError, LandingError
from orchestration.file_shares.decryption import decrypt, decrypted_name, is_encrypted
from orchestration.file_shares.remote_folders import (
    RemoteFile,
    RemoteFolder,
    open_remote_folder,
)
from orchestration.file_shares.secrets import read_secret
from orchestration.file_shares.share_settings import Share, load_share, share_names
from orchestration.landing.closed_partners import closed_partners, refuse_closed_feed
from orchestration.landing.feeds import load_feed
from orchestration.landing.files import SUFFIXES
from orchestration.landing.journal import durable_file, landing_lock, private_folder
from orchestration.landing.manifests import (
    MANIFEST_ENDING,
    ManifestEntry,
    is_manifest,
    read_manifest,
    refuse_other_bytes,
)
from orchestration.landing.text_files import sha256_of
from orchestration.settings import Home

_INCOMING_FOLDER = ".incoming"
_UNFINISHED_ENDINGS = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".uploading")


@dataclass(frozen=True)
class FetchedFile:
    """What became of one file of a share; path: where it lies in the inbox, if it was fetched."""

    share: str
    name: str
    status: Literal["fetched", "unchanged", "waiting", "refused"]
    message: str
    path: Path | None = None


@dataclass
class _Ledger:
    """What was fetched from a share: by name its size, time and hash."""

    path: Path
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, home: Home, share: Share) -> _Ledger:
        path = home.fetched / f"{share.name}.json"
        if not path.is_file():
            return cls(path)
        try:
            files = json.loads(path.read_text(encoding="utf-8"))["files"]
        except (ValueError, KeyError, TypeError, OSError):
            raise LandingError(
                f"{home.relative(path)} is damaged: remove it, and what is still in the share is "
                "fetched again; landing knows what it has."
            ) from None
        return cls(path, files)

    def knows(self, file: RemoteFile) -> bool:
        """Whether this very file was fetched, as far as its size and time tell."""
        known = self.files.get(file.name)
        return known is not None and (known["size"], known["modified"]) == (
            file.size,
            file.modified,
        )

    def name_of(self, sha256: str) -> str | None:
        """The name under which the same bytes were fetched."""
        return next((name for name, each in self.files.items() if each["sha256"] == sha256), None)

    def add(self, file: RemoteFile, sha256: str) -> None:
        """Remember a file, on disk too."""
        self.files[file.name] = {
            "size": file.size,
            "modified": file.modified,
            "sha256": sha256,
            "fetched_at": datetime.datetime.now(datetime.UTC).isoformat(),
        }
        with durable_file(self.path) as temporary:
            temporary.write_text(json.dumps({"files": self.files}, indent=1), encoding="utf-8")


def fetch_shares(home: Home) -> list[FetchedFile]:
    """Fetch from every share; a share that cannot be read is one refused entry, no error."""
    found: list[FetchedFile] = []
    for name in share_names(home):
        try:
            found += fetch_share(home, name)
        except CosellError as error:
            found.append(FetchedFile(name, "", "refused", str(error)))
    return found


def fetch_share(home: Home, name: str) -> list[FetchedFile]:
    """Fetch the new files of one share, sorted by name.

    Raises ConfigurationError for a share that is not well described, LandingError for one that
    cannot be read; a bad file is an entry of the answer and stops no other.
    """
    share = load_share(home, name)
    feed = load_feed(home, share.feed)
    refuse_closed_feed(closed_partners(home), f"The share {name}", feed.file, feed.partner_id)
    folder = open_remote_folder(home, share)
    with landing_lock(home):
        return list(_Fetch(home, share, folder).run())


class _Fetch:
    """One look at one share."""

    def __init__(self, home: Home, share: Share, folder: RemoteFolder) -> None:
        self.home = home
        self.share = share
        self.folder = folder
        self.ledger = _Ledger.of(home, share)
        self.incoming = private_folder(home.inbox / share.feed / _INCOMING_FOLDER)
        self.manifests: dict[str, ManifestEntry] = {}

    def run(self) -> Iterator[FetchedFile]:
        listed = self.folder.files()
        try:
            yield from self._read_manifests(listed)
            for file in sorted(listed, key=lambda each: each.name):
                if self._is_meant(file.name):
                    yield self._look_at(file)
        finally:
            for path in self.incoming.iterdir():
                path.unlink(missing_ok=True)

    def _is_meant(self, name: str) -> bool:
        if name.startswith((".", "~$")) or "/" in name or "\\" in name or is_manifest(name):
            return False
        if name.lower().endswith(_UNFINISHED_ENDINGS):
            return False
        plain = decrypted_name(name)
        return fnmatch.fnmatch(name, self.share.pattern) and plain.lower().endswith(SUFFIXES)

    def _read_manifests(self, listed: list[RemoteFile]) -> Iterator[FetchedFile]:
        for file in listed:
            if not is_manifest(file.name) or "/" in file.name:
                continue
            place = self.incoming / file.name
            try:
                self.folder.download(file.name, place)
                for entry in read_manifest(place, f"{self.share.name}/{file.name}"):
                    self.manifests[entry.filename] = entry
            except LandingError as error:
                yield self._answer(file, "refused", str(error))

    def _look_at(self, file: RemoteFile) -> FetchedFile:
        label = self._label(file)
        if self.ledger.knows(file):
            return self._answer(file, "unchanged", f"{label} was fetched before.")
        entry = self.manifests.get(file.name) or self.manifests.get(decrypted_name(file.name))
        if entry is None and self.share.manifest == "required":
            message = f"{label} waits for its manifest, which {self.share.file} requires."
            return self._answer(file, "waiting", message)
        is_proven = entry is not None and entry.sha256 is not None
        if not is_proven and not self._has_settled(file):
            message = f"{label} was written to moments ago: it is fetched once it is left alone."
            return self._answer(file, "waiting", message)
        try:
            return self._fetch(file, entry, is_proven)
        except CosellError as error:
            if isinstance(error, ConfigurationError):
                raise
            return self._answer(file, "refused", str(error))

    def _has_settled(self, file: RemoteFile) -> bool:
        return file.modified is None or time.time() - file.modified >= self.share.settled_seconds

    def _fetch(self, file: RemoteFile, entry: ManifestEntry | None, is_proven: bool) -> FetchedFile:
        label = self._label(file)
        arrived = self.incoming / f".{file.name}"
        self.folder.download(file.name, arrived)
        arrived.chmod(0o600)
        sha256 = sha256_of(arrived)
        if entry is not None and entry.filename == file.name:
            refuse_other_bytes(entry, label, sha256)
        if not is_proven and self._has_changed(file, arrived.stat().st_size):
            message = f"{label} changed while it was downloaded: it is fetched once it is whole."
            return self._answer(file, "waiting", message)
        twin = self.ledger.name_of(sha256)
        if twin is not None and twin != file.name:
            self.ledger.add(file, sha256)
            return self._answer(file, "unchanged", f"{label} holds what {twin} held.")
        if is_encrypted(file.name):
            arrived = self._decrypted(file, arrived, label)
        place = self._place(file, entry, arrived)
        self.ledger.add(file, sha256)
        return self._answer(file, "fetched", f"{label} lies in {self.home.relative(place)}.", place)

    def _has_changed(self, file: RemoteFile, size: int) -> bool:
        now = {each.name: each for each in self.folder.files()}.get(file.name)
        return now != file or size != file.size

    def _decrypted(self, file: RemoteFile, arrived: Path, label: str) -> Path:
        passphrase = None
        if self.share.pgp_passphrase_secret:
            passphrase = read_secret(self.home, self.share.pgp_passphrase_secret, self.share.file)
        plain = self.incoming / f".{decrypted_name(file.name)}.plain"
        plain.unlink(missing_ok=True)
        decrypt(arrived, plain, label, passphrase)
        plain.chmod(0o600)
        return plain

    def _place(self, file: RemoteFile, entry: ManifestEntry | None, arrived: Path) -> Path:
        """Move a file to its place in the inbox, its manifest first, so that it is never alone."""
        folder = self.home.inbox / self.share.feed
        if entry is not None and entry.as_of is not None:
            folder /= entry.as_of.isoformat()
        place = private_folder(folder) / decrypted_name(file.name)
        if entry is not None:
            own = entry
            if is_encrypted(entry.filename):
                # The hash was that of the encrypted bytes, and they have been held against it.
                own = ManifestEntry(**{**vars(entry), "filename": place.name, "sha256": None})
            with durable_file(place.with_name(place.name + MANIFEST_ENDING)) as beside:
                beside.write_text(own.to_json(), encoding="utf-8")
        arrived.replace(place)
        return place

    def _label(self, file: RemoteFile) -> str:
        return f"{self.share.name}/{file.name}"

    def _answer(
        self,
        file: RemoteFile,
        status: Literal["fetched", "unchanged", "waiting", "refused"],
        message: str,
        path: Path | None = None,
    ) -> FetchedFile:
        return FetchedFile(self.share.name, file.name, status, message, path)
