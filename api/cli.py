"""The command line: `subsidia`. Errors are one or two plain lines, and the exit status says what kind they are."""

from __future__ import annotations

import os
import socket
import sys
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Annotated

import typer

from api.commands import analysing, keeping, loading, measuring, reading, reconciling, reporting, writing
from api.commands.common import StorePath, note
from api.commands.evidence import evidence
from api.parameters import ParameterRefused
from api.settings import SettingRefused, Settings
from api.stores import open_store
from graph.errors import StoreUnreachable
from graph.remote.address import AddressRefused, store_place
from graph.tabular.master import SparkMissing, SparkUnreachable
from ontology.errors import SubsidiaError

__all__ = ["main"]

app = typer.Typer(
    name="subsidia",
    help="Who may act, who pays and who coordinates, each statement with its evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    reading.query,
    reading.gaps,
    reading.flows,
    analysing.trace,
    reading.changes,
    measuring.measure,
    analysing.whatif,
    analysing.compare,
    reporting.profile,
    reporting.report,
    reconciling.reconcile,
    reading.info,
    reading.export,
    loading.load,
    writing.validate,
    writing.template,
    keeping.backup,
    keeping.restore,
):
    app.command()(command)
app.add_typer(evidence, name="evidence")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="port to listen on")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="web processes")] = 1,
    sources: Annotated[Path | None, typer.Option(help="copies of the documents, to show passages from")] = None,
    empty: Annotated[bool, typer.Option("--empty", help="make a new store without any statement")] = False,
    store: StorePath = None,
) -> None:
    """Serve pages, API and SPARQL; a store that does not exist yet is made with the casebook."""
    import uvicorn

    settings = Settings.from_environment(store=store_place(store) if store else None, sources=sources)
    _check_port(host, port)
    opened = open_store(settings.store, bare=empty, engine=settings.engine, say=note)
    note(f"Subsidia on http://{host}:{port} (generation {opened.generation} of {settings.store})")
    os.environ["SUBSIDIA_STORE"] = str(settings.store)
    if settings.sources:
        os.environ["SUBSIDIA_SOURCES"] = str(settings.sources)
    uvicorn.run(
        "api.asgi:app",
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        proxy_headers=False,  # api.forwarded does that, for the host and the prefix too
        server_header=False,
    )


def _check_port(host: str, port: int) -> None:
    """Refuse a port that is taken before anything is opened."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ParameterRefused("port", str(port), f"one that is free on {host} ({error.strerror})") from error


@app.command()
def version(store: StorePath = None) -> None:
    """Print the version."""
    del store  # taken as by every command
    print(distribution_version("subsidia"))


def main() -> None:
    """Run the command line.

    Exit 0 done, 1 input refused and nothing changed, 2 wrong usage, 3 store or Spark unreachable.
    """
    try:
        app()
    except (AddressRefused, ParameterRefused, SettingRefused, SparkMissing) as error:
        _fail(error, 2)
    except (SparkUnreachable, StoreUnreachable) as error:
        _fail(error, 3)
    except SubsidiaError as error:
        _fail(error, 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _fail(error: SubsidiaError, status: int) -> None:
    note(f"subsidia: {error}")
    sys.exit(status)


if __name__ == "__main__":
    main()
