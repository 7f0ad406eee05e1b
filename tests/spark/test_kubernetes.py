"""The documented Dagster instance loads, and its runs are launched by Kubernetes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

pytestmark = pytest.mark.spark  # it needs the packages of the extras, which only that target has

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: here, user: me}}]
clusters: [{name: here, cluster: {server: "https://127.0.0.1:6443"}}]
users: [{name: me, user: {token: none}}]
"""


def documented(repository: Path) -> dict[str, Any]:
    file = repository / "docs" / "kubernetes" / "dagster.yaml"
    config: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return config


def test_the_documented_instance_launches_runs_on_kubernetes(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dagster_k8s import K8sRunLauncher

    monkeypatch.setenv("COSELL_IMAGE", "registry.example/cosell:1")
    monkeypatch.setenv("COSELL_HOME", "/cosell")
    config = documented(repository)
    # Only a pod has the credentials of its cluster, and the storage is PostgreSQL's to test.
    tmp_path.joinpath("kubeconfig").write_text(KUBECONFIG, encoding="utf-8")
    launcher = config["run_launcher"]["config"]
    launcher["load_incluster_config"] = False
    launcher["kubeconfig_file"] = str(tmp_path / "kubeconfig")
    del config["storage"]
    tmp_path.joinpath("dagster.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert isinstance(instance.run_launcher, K8sRunLauncher)
        assert instance.run_launcher.job_image == "registry.example/cosell:1"
        mounts = instance.run_launcher.run_k8s_config["container_config"]["volume_mounts"]
        assert mounts == [{"name": "home", "mountPath": "/cosell"}]


def test_the_variables_of_the_runs_are_ours(repository: Path) -> None:
    from orchestration.settings import ENVIRONMENT_VARIABLES

    named = documented(repository)["run_launcher"]["config"]["env_vars"]
    assert set(named) <= set(ENVIRONMENT_VARIABLES)
