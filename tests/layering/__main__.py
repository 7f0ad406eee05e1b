"""`python -m tests.layering [dbt project]` exits with 1 when a model breaks a rule of its layer."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.layering.project_files import read_project
from tests.layering.rules import (
    EXCEPTIONS_FILE,
    LayerException,
    read_exceptions,
    unused_exceptions,
    violations,
)


def main(arguments: list[str]) -> int:
    """Print what is refused; the exit code of the process."""
    own = Path(__file__).resolve().parents[2] / "dbt_project"
    files = read_project(Path(arguments[0]) if arguments else _shown(own))
    # Another project has no exceptions here.
    exceptions: list[LayerException] = [] if arguments else read_exceptions()
    found = [str(violation) for violation in violations(files, exceptions)]
    found += [
        f"{_shown(EXCEPTIONS_FILE)}: no model needs the exception {unused.rule_id} of "
        f"{unused.model} any more. Delete the row."
        for unused in unused_exceptions(files, exceptions)
    ]
    for line in found:
        print(line)
    return 1 if found else 0


def _shown(path: Path) -> Path:
    """The path as a person in this folder would type it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
