"""`python -m tests.portable_sql [folder ...]`: exits with 1 when a model breaks a rule.

Without folders it reads the models and the singular tests of dbt_project. Rules and their mends:
`python -m tests.portable_sql --rules`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.portable_sql.lint import PROJECT_RULES, RULES, findings_in_files, findings_in_macros
from tests.portable_sql.rendering import ProjectRenderer, model_files

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


def main(arguments: list[str]) -> int:
    """Print what is refused; the exit code of the process."""
    parser = argparse.ArgumentParser(prog="python -m tests.portable_sql", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of SQL to read")
    parser.add_argument("--rules", action="store_true", help="list the rules")
    chosen = parser.parse_args(arguments)
    if chosen.rules:
        for rule in RULES:
            print(f"{rule.rule_id}: {rule.reason} {rule.mend}")
        for rule_id, (reason, mend) in PROJECT_RULES.items():
            print(f"{rule_id}: {reason} {mend}")
        return 0
    project = Path(_shown(DBT_PROJECT))
    renderer = ProjectRenderer(project / "macros")
    paths = (
        sorted(path for folder in chosen.folders for path in folder.rglob("*.sql"))
        if chosen.folders
        else model_files(project)
    )
    findings = [*findings_in_macros(renderer), *findings_in_files(renderer, paths)]
    for finding in findings:
        print(finding)
    if findings:
        print(
            f"{len(findings)} places that DuckDB and Spark read differently ({len(paths)} files)."
        )
    return 1 if findings else 0


def _shown(path: Path) -> str:
    """The path as a person in this folder would type it."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
