"""What goes wrong on Spark is said in one sentence, as on DuckDB."""

from __future__ import annotations

from pathlib import Path

from orchestration.dbt_invocation import DbtProject, error_message
from orchestration.landing import ensure_landing_schema
from orchestration.local_spark import LOOPBACK, LocalSpark
from orchestration.settings import Home, Settings, SparkSettings
from orchestration.spark_server import SparkServer
from orchestration.warehouse import SparkWarehouse

MODEL = "dim_fiscal_days"


def test_a_model_that_fails_is_named_without_a_java_stack(
    spark_cluster: LocalSpark, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    ensure_landing_schema(home)
    spark = SparkSettings(LOOPBACK, spark_cluster.port, schema_prefix="failing_")
    settings = Settings(home, "spark", 2, spark)
    # Nothing that the model reads has been built.
    (failed,) = DbtProject(settings).build("marts", names=[MODEL])
    assert (failed.name, failed.status) == (MODEL, "error")
    message = error_message(failed.message)
    assert "[TABLE_OR_VIEW_NOT_FOUND]" in message
    assert "HiveSQLException" not in message and ".scala:" not in message
    # What a refresh removes before it builds from nothing, and only that.
    warehouse = SparkWarehouse(settings)
    assert warehouse.is_known()
    warehouse.remove()
    assert not warehouse.is_known() and not home.spark_warehouse.exists()
    assert "failing_landing_salesforce" in SparkServer(spark).schemas("failing_")
