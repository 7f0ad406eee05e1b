"""The job that Dagster runs on the first morning of the week: it only calls the delivery."""

from __future__ import annotations

import dagster as dg
import pytest

from orchestration.defs.routing.delivery import DELIVERY_JOB, delivery_of_routes


@pytest.fixture
def job(company, monkeypatch: pytest.MonkeyPatch) -> dg.JobDefinition:
    monkeypatch.setenv("COSELL_HOME", str(company.home.root))
    definitions = delivery_of_routes()
    return definitions.resolve_job_def(DELIVERY_JOB)


def test_the_job_delivers(company, job) -> None:
    company.settings("enablement:\n  enabled: yes\n")
    assert job.execute_in_process().success
    assert len(list(company.home.deliveries.rglob("routed_accounts.csv"))) == 4


def test_the_job_fails_with_the_sentence_of_what_failed(company, job) -> None:
    company.settings("salesforce:\n  enabled: yes\n  fields:\n    flag: F__c\n")
    with pytest.raises(dg.Failure, match=r"there is no config/feeds/salesforce_org\.yaml"):
        job.execute_in_process()
