"""What went wrong and can be mended by a person.

Every message is ONE sentence that names the file, the row where there is one, the rule
that was broken and the mend. The command line prints the message and nothing else.
"""

from __future__ import annotations


class CosellError(Exception):
    """A person's input cannot be used; the message says what to do about it.

    The message stays on one line, whatever line breaks a name or a value in it holds.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.splitlines()))


class ConfigurationError(CosellError):
    """A setting, policy or feed description in `config/` or the environment is not usable."""


class LandingError(CosellError):
    """A file cannot be landed as a whole; nothing of it was written."""


class PullError(CosellError):
    """A live CRM cannot be read further; what was fetched is kept and the next pull goes on."""


class RefreshError(CosellError):
    """A refresh cannot be opened or finished."""


class GateError(CosellError):
    """A blocking check failed: the data is bad."""


class BrokenCheckError(CosellError):
    """A check could not be evaluated: the check is broken, the data was not judged."""


class ReleaseError(CosellError):
    """A release cannot be published, verified, read or rolled back."""


class RoutingError(CosellError):
    """A routed list cannot be delivered."""


# How the system and DuckDB say that nothing more can be written, and what a person does about it.
DISK_TROUBLES = {
    "No space left on device": "the disk is full: free some space",
    "Disk quota exceeded": "the quota of the disk is used up: free some space or raise it",
    "File too large": "a file may not grow any further here: raise the limit (ulimit -f)",
    "Read-only file system": "the disk cannot be written: mount it for writing",
    "not enough disk space": "the disk is full: free some space",
    "Input/output error": "the disk fails: check it and its cables before you go on",
}


def disk_sentence(error: BaseException) -> str | None:
    """What to do about an error of the disk, however deep it lies; None for any other error."""
    asked: BaseException | None = error
    seen: set[int] = set()
    # A cause may have its own consequence as context: the chain can be a circle.
    while asked is not None and id(asked) not in seen:
        seen.add(id(asked))
        for said, mend in DISK_TROUBLES.items():
            if said in str(asked):
                where = getattr(asked, "filename", None)
                return (
                    f"Nothing can be written{f' to {where}' if where else ''}, because {mend} and "
                    "run the same command again; the published release is untouched."
                )
        asked = asked.__cause__ or asked.__context__
    return None


# Spark brings half a gigabyte with many dependencies, whose versions are in a lock file.
INSTALL = {
    "ducklake": "pip install -e '.[ducklake]'",
    "spark": "pip install --no-deps --require-hashes -r requirements-spark.lock",
}


def one_sentence(text: str) -> str:
    """Fold a message of several lines (as engines write them) into a single line."""
    return " ".join(text.split())


def packages_are_missing(engine: str) -> str:
    """What a person reads who asks for an engine where its extra is missing."""
    return (
        f"The engine is {engine}, but its packages are not installed: run `{INSTALL[engine]}` "
        "or use duckdb."
    )
