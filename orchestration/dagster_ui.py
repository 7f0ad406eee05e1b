"""Open Dagster's own UI on one home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from orchestration.refresh import prepare_dagster_home
from orchestration.settings import Settings

REPOSITORY = Path(__file__).resolve().parent.parent


def open_ui(settings: Settings) -> int:
    """Run `dg dev` for the home until it is stopped; returns its exit code.

    The instance's files lie under `<home>/dagster`, so two homes never see each other's runs.
    """
    home = settings.home
    prepare_dagster_home(home)
    environment = {
        **os.environ,
        "COSELL_HOME": str(home.root.absolute()),
        "COSELL_ENGINE": settings.engine,
        "DAGSTER_HOME": str(home.dagster.absolute()),
    }
    dg = Path(sys.executable).parent / "dg"
    try:
        ui = subprocess.run([str(dg), "dev"], cwd=REPOSITORY, env=environment, check=False)
        return ui.returncode
    except KeyboardInterrupt:
        return 0
