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
    results = DbtProject(settings).build("marts", names=[MODEL])
    failed = next(one for one in results if one.name == MODEL)
    assert failed.status == "error"
    message = error_message(failed.message)
    assert "[TABLE_OR_VIEW_NOT_FOUND]" in message
    assert "HiveSQLException" not in message and ".scala:" not in message
    # What a refresh removes before it builds from nothing, and only that.
    server = SparkServer(spark)
    assert "failing_core" in server.schemas("failing_")
    home.spark_warehouse.mkdir(exist_ok=True)
    SparkWarehouse(settings).remove()
    assert not home.spark_warehouse.exists()
    left = server.schemas("failing_")
    assert "failing_core" not in left and "failing_landing_salesforce" in left
