"""A small Apache Spark cluster on this machine: a master, workers and a thrift server.

For tests, benchmarks and for trying the Spark engine; a company brings its own cluster. All of it
is the `pyspark` package (extra `spark-test`) and Java 17: nothing else is downloaded or installed.
Every process listens on the loopback address only, and all of them end with the `with` block.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.errors import CosellError

LOOPBACK = "127.0.0.1"
THREADS = 4
READY_SECONDS = 120
STOP_SECONDS = 10

# A cluster that lives for minutes on few cores: the quick compiler only, one thread to collect
# garbage, and no sweeping of compiled code, which took a third of the driver's time in a build.
# Java asks for a time zone of its own.
JAVA_OPTIONS = (
    "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m "
    "-XX:-UseCodeCacheFlushing -XX:+UseSerialGC -XX:+PerfDisableSharedMem"
)
DRIVER_MEMORY = "2g"
CONFIGURATION: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.files.minPartitionNum": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.hive.thriftServer.singleSession": "true",
    "spark.sql.sources.partitionOverwriteMode": "dynamic",
    # Generating and compiling Java for a few thousand rows takes longer than reading them.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.executor.cores": "1",
    "spark.executor.memory": "1g",
    "spark.driver.memory": DRIVER_MEMORY,
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.extraJavaOptions": f"{JAVA_OPTIONS} -XX:InitialHeapSize=1500m -XX:NewSize=700m",
    "spark.executor.extraJavaOptions": f"{JAVA_OPTIONS} -XX:InitialHeapSize=600m -XX:NewSize=300m",
    # The catalog ends with the thrift server, as everything else here does; a company's cluster
    # keeps it in a metastore.
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "1000",
    "spark.sql.debug.maxToStringFields": "3",
    "spark.ui.showConsoleProgress": "false",
}
LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex{short}
"""


@dataclass
class LocalSpark:
    """A running cluster. `port` is the thrift server's; `workers` their processes."""

    folder: Path
    port: int
    master_ui: str
    driver_ui: str
    master: subprocess.Popen[bytes] | None = None
    thrift_server: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """The variables with which `cosell` reaches this cluster."""
        return {
            "COSELL_ENGINE": "spark",
            "COSELL_SPARK_HOST": LOOPBACK,
            "COSELL_SPARK_PORT": str(self.port),
            # More statements than executors, so that one is planned while others run.
            "COSELL_THREADS": str(THREADS),
        }

    def alive_workers_count(self) -> int:
        """How many workers the master believes to be alive."""
        workers = _json_of(f"{self.master_ui}/json/")["workers"]
        return sum(1 for worker in workers if worker["state"] == "ALIVE")

    def tasks_by_executor(self) -> dict[str, int]:
        """Completed tasks of every executor that the application ever had, the driver left out."""
        applications = _json_of(f"{self.driver_ui}/api/v1/applications")
        executors = _json_of(
            f"{self.driver_ui}/api/v1/applications/{applications[0]['id']}/allexecutors"
        )
        return {
            executor["id"]: int(executor["completedTasks"])
            for executor in executors
            if executor["id"] != "driver"
        }

    def kill_worker(self, number: int) -> None:
        """SIGKILL one worker together with its executor, as a machine that loses its power."""
        _kill(self.workers[number], signal.SIGKILL)

    def processes(self) -> dict[str, subprocess.Popen[bytes]]:
        """Every process of the cluster by its name, in the order in which they are stopped."""
        named = {
            "thrift_server": self.thrift_server,
            **{f"worker_{number}": worker for number, worker in enumerate(self.workers)},
            "master": self.master,
        }
        return {name: process for name, process in named.items() if process is not None}


@contextlib.contextmanager
def local_spark(folder: Path, workers_count: int = 2) -> Iterator[LocalSpark]:
    """Start a cluster whose files lie in `folder`; stop it when the block ends, however it ends.

    Yields when every worker is alive and the thrift server answers. Raises CosellError with the
    last lines of the log where a process does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    master_port, master_ui, driver_ui, thrift_port = _free_ports(4)
    cluster = LocalSpark(
        folder=folder,
        port=thrift_port,
        master_ui=f"http://{LOOPBACK}:{master_ui}",
        driver_ui=f"http://{LOOPBACK}:{driver_ui}",
    )
    environment = _environment(folder)
    spark = Path(environment["SPARK_HOME"]) / "bin"
    address = f"spark://{LOOPBACK}:{master_port}"
    try:
        cluster.master = _start(
            folder,
            "master",
            environment,
            *(spark / "spark-class", "org.apache.spark.deploy.master.Master"),
            *("--host", LOOPBACK, "--port", master_port, "--webui-port", master_ui),
        )
        _wait(cluster, "master", lambda: cluster.alive_workers_count() == 0)
        for number in range(workers_count):
            cluster.workers.append(
                _start(
                    folder,
                    f"worker_{number}",
                    environment,
                    *(spark / "spark-class", "org.apache.spark.deploy.worker.Worker"),
                    *("--host", LOOPBACK, "--cores", 1, "--memory", "2g", "--webui-port", 0),
                    *("--work-dir", folder / f"work_{number}", address),
                )
            )
        cluster.thrift_server = _start(
            folder,
            "thrift_server",
            # Spark gives a thrift server the memory of its daemons, whatever its driver may have.
            {**environment, "SPARK_DAEMON_MEMORY": DRIVER_MEMORY},
            *(spark / "spark-submit", "--master", address),
            *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"),
            *("--conf", f"spark.ui.port={driver_ui}", "spark-internal"),
            *("--hiveconf", f"hive.server2.thrift.port={thrift_port}"),
            *("--hiveconf", f"hive.server2.thrift.bind.host={LOOPBACK}"),
        )
        _wait(cluster, "master", lambda: cluster.alive_workers_count() == workers_count)
        _wait(cluster, "thrift_server", lambda: _answers(thrift_port))
        _wait(cluster, "thrift_server", lambda: len(cluster.tasks_by_executor()) == workers_count)
        yield cluster
    finally:
        for process in cluster.processes().values():
            _kill(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in cluster.processes().values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            # Also where the process itself has ended: a worker's executor may be slower.
            _kill(process, signal.SIGKILL)
            process.wait()


def spark_home() -> Path:
    """The folder of the installed `pyspark` package; raises CosellError where there is none."""
    try:
        import pyspark
    except ImportError:
        raise CosellError(
            "A local Spark cluster needs the package pyspark: run "
            "`pip install 'cosell[spark-test]'`."
        ) from None
    return Path(pyspark.__file__).parent


def _environment(folder: Path) -> dict[str, str]:
    """The processes' environment; writes the configuration that all of them read."""
    configuration = folder / "conf"
    configuration.mkdir(exist_ok=True)
    settings = {
        **CONFIGURATION,
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "scratch"),
    }
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    configuration.joinpath("spark-defaults.conf").write_text(lines, encoding="utf-8")
    configuration.joinpath("log4j2.properties").write_text(LOGGING, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if "SPARK" not in name}
    return {
        **inherited,
        "SPARK_HOME": str(spark_home()),
        "SPARK_CONF_DIR": str(configuration),
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_LOCAL_HOSTNAME": "localhost",
        "SPARK_DAEMON_MEMORY": "512m",
        "SPARK_DAEMON_JAVA_OPTS": JAVA_OPTIONS,
        "PYSPARK_PYTHON": sys.executable,
    }


def _start(
    folder: Path, name: str, environment: Mapping[str, str], *command: str | int | Path
) -> subprocess.Popen[bytes]:
    """Start one process in a session of its own, so that it and its children end together."""
    with folder.joinpath(f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [str(part) for part in command],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
        )


def _kill(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Signal a process and its children (a worker's executor is one)."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, how)


def _wait(cluster: LocalSpark, name: str, is_ready: Any) -> None:
    """Wait until `is_ready()`; raises CosellError when a process ends or time runs out."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        with contextlib.suppress(OSError, ValueError, LookupError):
            if is_ready():
                return
        ended = [
            each for each, process in cluster.processes().items() if process.poll() is not None
        ]
        if ended or time.monotonic() > deadline:
            name = ended[0] if ended else name
            log = cluster.folder.joinpath(f"{name}.log").read_text(encoding="utf-8")
            tail = " ".join(log.strip().splitlines()[-5:])
            raise CosellError(
                f"The local Spark cluster did not start ({name}: {tail or 'no message'}): check "
                "that Java 17 is installed and that 4 GB of memory are free."
            )
        time.sleep(0.2)


def _answers(port: int) -> bool:
    with socket.create_connection((LOOPBACK, port), timeout=1):
        return True


def _json_of(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return json.load(answer)


def _free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
