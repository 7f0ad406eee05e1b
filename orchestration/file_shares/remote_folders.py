"""Remote folders: what lies in a share and how it is downloaded, the same for every kind.

Host keys and TLS certificates are always verified; there is no setting that turns it off.
"""

from __future__ import annotations

import asyncio
import datetime
import posixpath
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from orchestration.errors import LandingError, one_sentence
from orchestration.file_shares.secrets import read_secret
from orchestration.file_shares.share_settings import Share
from orchestration.settings import Home

_CONNECT_SECONDS = 30


@dataclass(frozen=True)
class RemoteFile:
    """A file of a share: its name, bytes, and when it was last written (seconds since 1970)."""

    name: str
    size: int
    modified: float | None


class RemoteFolder(Protocol):
    """The one folder that a share names; folders below it are not looked into."""

    def files(self) -> list[RemoteFile]:
        """The files that lie there now; raises LandingError where it cannot be read."""

    def download(self, name: str, target: Path) -> None:
        """Write the content of a file to `target`; raises LandingError where that fails."""


def open_remote_folder(home: Home, share: Share) -> RemoteFolder:
    """The folder of a share; raises ConfigurationError where a secret or a package is missing."""
    return {"folder": _local_folder, "s3": _s3_folder, "sftp": _sftp_folder}[share.kind](
        home, share
    )


def _unreachable(share: Share, error: BaseException) -> LandingError:
    reason = one_sentence(str(error)) or type(error).__name__
    return LandingError(
        f"The share {share.name} cannot be read ({type(error).__name__}: {reason[:160]}): check "
        f"{share.file} and whether the partner has changed anything."
    )


# --- fsspec: folders and S3-compatible stores -----------------------------------------------------


class _FileSystemFolder:
    """A folder of a file system of fsspec."""

    def __init__(self, share: Share, file_system: Any, path: str) -> None:
        self.share = share
        self.file_system = file_system
        self.path = path

    def files(self) -> list[RemoteFile]:
        try:
            self.file_system.invalidate_cache()
            found = self.file_system.ls(self.path, detail=True)
        except Exception as error:  # each file system raises errors of its own
            raise _unreachable(self.share, error) from None
        return [
            RemoteFile(posixpath.basename(each["name"]), int(each["size"]), _modified(each))
            for each in found
            if each["type"] == "file"
        ]

    def download(self, name: str, target: Path) -> None:
        try:
            self.file_system.get_file(posixpath.join(self.path, name), str(target))
        except Exception as error:
            raise _unreachable(self.share, error) from None


def _modified(entry: dict[str, Any]) -> float | None:
    for key in ("LastModified", "mtime"):
        value = entry.get(key)
        if isinstance(value, datetime.datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
    return None


def _local_folder(home: Home, share: Share) -> RemoteFolder:
    from fsspec.implementations.local import LocalFileSystem

    path = Path(share.path).expanduser()
    place = path if path.is_absolute() else home.root / path
    return _FileSystemFolder(share, LocalFileSystem(), place.absolute().as_posix())


def _s3_folder(home: Home, share: Share) -> RemoteFolder:
    try:
        import s3fs
    except ImportError:
        raise _missing_package(share, "s3") from None
    key = secret = None
    if share.access_key_secret and share.secret_key_secret:
        key = read_secret(home, share.access_key_secret, share.file).value
        secret = read_secret(home, share.secret_key_secret, share.file).value
    client = {"region_name": share.region} if share.region else {}
    file_system = s3fs.S3FileSystem(
        # Without names of secrets, the credentials of the machine's own role are used.
        key=key,
        secret=secret,
        endpoint_url=share.endpoint_url,
        client_kwargs=client,
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    return _FileSystemFolder(share, file_system, share.path.strip("/"))


def _missing_package(share: Share, extra: str) -> LandingError:
    return LandingError(
        f"The share {share.name} is of the kind {share.kind}, whose client is not installed: run "
        f"`pip install 'cosell[{extra}]'`."
    )


# --- SFTP -----------------------------------------------------------------------------------------


class _SftpFolder:
    """A folder of an SFTP server; each call is a connection of its own, so that none is left."""

    def __init__(self, share: Share, options: dict[str, Any]) -> None:
        self.share = share
        self.options = options

    def files(self) -> list[RemoteFile]:
        async def listed(client: Any) -> list[RemoteFile]:
            import asyncssh

            return [
                RemoteFile(str(entry.filename), int(entry.attrs.size or 0), entry.attrs.mtime)
                async for entry in client.scandir(self.share.path)
                if entry.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR
            ]

        found: list[RemoteFile] = self._run(listed)
        return found

    def download(self, name: str, target: Path) -> None:
        async def fetched(client: Any) -> None:
            await client.get(posixpath.join(self.share.path, name), str(target))

        self._run(fetched)

    def _run(self, work: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        import asyncssh

        async def connected() -> Any:
            async with (
                asyncssh.connect(self.share.host or "", **self.options) as connection,
                connection.start_sftp_client() as client,
            ):
                return await work(client)

        try:
            return asyncio.run(connected())
        except asyncssh.HostKeyNotVerifiable:
            raise LandingError(
                f"The server of the share {self.share.name} does not have the host key that "
                f"{self.share.file} names, so nothing was sent to it: ask the partner whether "
                "they have changed it, on another way than this."
            ) from None
        except asyncssh.PermissionDenied:
            raise LandingError(
                f"The server of the share {self.share.name} does not let {self.share.user} in: "
                f"check the user and the secrets that {self.share.file} names."
            ) from None
        except (asyncssh.Error, OSError, ValueError) as error:
            raise _unreachable(self.share, error) from None


def _sftp_folder(home: Home, share: Share) -> RemoteFolder:
    try:
        import asyncssh
    except ImportError:
        raise _missing_package(share, "sftp") from None
    password = keys = None
    try:
        if share.host_key:
            known: Any = ([asyncssh.import_public_key(share.host_key)], [], [])
        else:
            known = str(Path(share.known_hosts or "").expanduser())
        if share.password_secret:
            password = read_secret(home, share.password_secret, share.file).value
        if share.private_key_secret:
            text = read_secret(home, share.private_key_secret, share.file).value
            phrase = None
            if share.passphrase_secret:
                phrase = read_secret(home, share.passphrase_secret, share.file).value
            keys = [_private_key(text, phrase)]
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise LandingError(
            f"{share.file} names a key that cannot be read: give `host_key:` as the server's "
            "public key, and the private key's secret as its text or as the path of its file."
        ) from None
    options = {
        "port": share.port,
        "username": share.user,
        "password": password,
        # Only what the share names: neither the keys of this machine's user nor its agent.
        "client_keys": keys,
        "agent_path": None,
        "config": None,
        "known_hosts": known,
        "connect_timeout": _CONNECT_SECONDS,
        "login_timeout": _CONNECT_SECONDS,
    }
    return _SftpFolder(share, options)


def _private_key(text: str, phrase: str | None) -> Any:
    import asyncssh

    if "PRIVATE KEY" in text:
        return asyncssh.import_private_key(text, phrase)
    return asyncssh.read_private_key(Path(text).expanduser(), phrase)
