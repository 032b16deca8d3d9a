"""A Spark on loopback, for tests: a master and two workers, each a process that ends with the test."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Final

import pyspark
from pyspark import SparkContext
from pyspark.sql import SparkSession

__all__ = ["WORKERS", "cluster", "end_spark", "environment"]

WORKERS: Final = 2
_HOST: Final = "127.0.0.1"
_PATIENCE: Final = 90.0
# made for small questions: code that is made for each of them would take longer than the question
_LEAN: Final = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_DEFAULTS: Final = f"""
spark.driver.bindAddress 127.0.0.1
spark.driver.host 127.0.0.1
spark.driver.memory 512m
spark.driver.extraJavaOptions {_LEAN}
spark.executor.extraJavaOptions {_LEAN}
spark.executor.memory 512m
spark.sql.adaptive.enabled false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.codegen.wholeStage false
spark.sql.shuffle.partitions 2
"""


def environment(folder: Path) -> dict[str, str]:
    """Give the environment in which all of Spark stays on loopback and small, its settings in the folder."""
    (folder / "spark-defaults.conf").write_text(_DEFAULTS)
    return {
        "SPARK_CONF_DIR": str(folder),
        "SPARK_DAEMON_JAVA_OPTS": _LEAN,
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_LOCAL_IP": _HOST,
    }


def end_spark() -> None:
    """End the Spark of this process, and the Java that it runs in."""
    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()
    gateway = SparkContext._gateway
    assert gateway is not None
    gateway.shutdown()
    process = gateway.proc
    process.stdin.close()
    process.wait(30)
    SparkContext._gateway = SparkContext._jvm = None


@contextmanager
def cluster(folder: Path, given: dict[str, str]) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a master and its workers; gives its address and the processes, which have ended afterwards."""
    port = _free_port()
    master = f"spark://{_HOST}:{port}"
    with ExitStack() as stack:
        log = stack.enter_context((folder / "cluster.log").open("wb"))

        def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
            program = Path(given["SPARK_HOME"]) / "bin" / "spark-class"
            command = [
                str(program),
                f"org.apache.spark.deploy.{name}",
                "--host",
                _HOST,
                "--webui-port",
                "0",
                *arguments,
            ]
            # whatever ends the tests ends it too
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command], env={**os.environ, **given}, stdout=log, stderr=log
            )
            stack.callback(_end, process)
            return process

        processes = [start("master.Master", "--port", str(port))]
        _wait_for(port)
        small = ("--cores", "1", "--memory", "600m", "--work-dir", str(folder / "work"), master)
        processes += [start("worker.Worker", *small) for _ in range(WORKERS)]
        yield master, processes


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as server:
        return int(server.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection((_HOST, port), 1).close()
        except OSError:
            if monotonic() > deadline:
                raise
            sleep(0.1)
        else:
            return
