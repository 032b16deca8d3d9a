"""The hand-over: the flows as a folder of Parquet files by country and year, as Spark and others read them."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from graph.durable import sync_folder
from graph.errors import StoreUnreachable
from graph.flow_files import handover_folder
from graph.flows import SCHEMA, flow_table
from graph.snapshot import Snapshot

__all__ = ["PARTS", "PLAIN", "handed_over", "write_parts"]

PARTS: Final = ("recipient_country", "begin_year")
"""What the files are divided by: a folder `recipient_country=ES/begin_year=2006`, and below it a file."""
PLAIN: Final = pa.schema(
    [(item.name, pa.string() if pa.types.is_dictionary(item.type) else item.type) for item in SCHEMA]
)
"""The columns of the flows with words as plain strings, as every reader of Parquet takes them."""


def write_parts(flows: pa.Table, folder: Path) -> None:
    """Write flows into a new folder, divided by PARTS; the folder is there when all of it is.

    Flows are in the order of their IRIs within a file; what is not known is `__HIVE_DEFAULT_PARTITION__`, as Hive has
    it. The same flows give the same bytes. OSError where it cannot be written or something other than an empty folder
    is there already, and then nothing is left.
    """
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}")
    by = ds.partitioning(pa.schema([PLAIN.field(name) for name in PARTS]), flavor="hive")
    try:
        draft.mkdir()
        ds.write_dataset(
            flows.cast(PLAIN),
            draft,
            format="parquet",
            partitioning=by,
            basename_template="flows-{i}.parquet",
            max_partitions=2**20,
            max_open_files=256,
            preserve_order=True,
            use_threads=False,
        )
        if not len(flows):
            pq.write_table(PLAIN.empty_table(), draft / "flows-0.parquet")
        sync_folder(draft)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def handed_over(snapshot: Snapshot) -> Path:
    """Give the folder of the flows of a generation, made when it is first asked for and kept beside it.

    StoreUnreachable where it cannot be written.
    """
    folder = handover_folder(snapshot.folder)
    if not folder.exists():
        try:
            folder.parent.mkdir(exist_ok=True)
            write_parts(flow_table(snapshot), folder)
        except OSError as error:
            # another process may have been quicker
            if not folder.exists():
                reason = f"the flows cannot be handed over ({error.strerror or error})"
                raise StoreUnreachable(snapshot.folder, reason) from error
    return folder
