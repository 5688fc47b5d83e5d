"""Parquet (parquet.apache.org/docs/file-format): each row is looked at as the JSON object that it stands for, columns by their names.

Texts at any depth are looked at, and whole numbers, which may be cards or phone numbers. A value that can't hold what takes its place (a
marker in a column of numbers, say) becomes null. Columns in which nothing changes are written as they were read; each keeps its type and its
compression. Row groups stay, unless one is larger than is held in memory. Texts in the file's own metadata are looked at, too.

Needs pyarrow (extra ``parquet``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO, NamedTuple

import orjson

from service.archive.contract import ArchiveError
from service.archive.formats.lines import each_line
from service.archive.streams import Written
from service.redaction.report import Redacted

MAGIC = b"PAR1"
_ROWS = 4096
_GROUP_BYTES = 64 << 20
_MOST_GROUP_BYTES = 128 << 20
_OWN_METADATA = frozenset((b"ARROW:schema", b"pandas"))
"""What describes columns, and holds no rows."""

Rewrite = Callable[[str, bytes], Redacted]
"""``(codec, payload)`` → what becomes of it."""

Counted = Callable[[bytes, Redacted], None]
"""Told each payload once, and what became of it."""


class Rewritten(NamedTuple):
    """A part of the new file, and whether anything in it changed."""

    data: bytes
    changed: bool


def is_parquet(head: bytes) -> bool:
    """Whether a content begins like a Parquet file."""
    return head.startswith(MAGIC)


def rewritten_parquet(file: BinaryIO, rewrite: Rewrite, counted: Counted) -> Iterator[Rewritten]:
    """The file, which can be sought in, row group by row group. Raises ``ArchiveError``."""
    try:
        import pyarrow as pa
        from pyarrow import parquet as pq
    except ImportError:
        raise ArchiveError("missing", "Parquet needs pyarrow: pip install 'scrubjay[parquet]'") from None
    try:
        source = pq.ParquetFile(file)
        sink = Written()
        schema, touched = _schema(source.schema_arrow, rewrite, counted)
        with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, **_as_written(source)) as out:
            for group in range(source.num_row_groups):
                for batches in _groups(source, group):
                    table, changed = _table(pa, batches, source.schema_arrow, rewrite, counted)
                    touched = touched or changed
                    out.write_table(table.cast(schema), row_group_size=max(1, table.num_rows))
                    yield Rewritten(sink.take(), touched)
        yield Rewritten(sink.take(), touched)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise ArchiveError("damaged", "not whole as Parquet") from None


def _as_written(source: Any) -> dict[str, Any]:
    """How the file's writer was set, as far as its first row group shows."""
    if not source.num_row_groups:
        return {}
    group = source.metadata.row_group(0)
    columns = [group.column(at) for at in range(group.num_columns)]
    packings = {column.path_in_schema: _PACKINGS.get(column.compression, "snappy") for column in columns}
    dictionaries = [column.path_in_schema for column in columns if any("DICTIONARY" in encoding for encoding in column.encodings)]
    return {"compression": packings, "use_dictionary": dictionaries or False, "store_schema": b"ARROW:schema" in (source.metadata.metadata or {})}


_PACKINGS = {"UNCOMPRESSED": "none", "SNAPPY": "snappy", "GZIP": "gzip", "BROTLI": "brotli", "ZSTD": "zstd", "LZ4": "lz4", "LZ4_RAW": "lz4"}


def _groups(source: Any, group: int) -> Iterator[list[Any]]:
    """A row group's batches; in several lists where it is too large to be held."""
    size = source.metadata.row_group(group).total_byte_size
    held: list[Any] = []
    held_bytes = 0
    for batch in source.iter_batches(batch_size=_ROWS, row_groups=[group]):
        held.append(batch)
        held_bytes += batch.nbytes
        if size > _MOST_GROUP_BYTES and held_bytes > _GROUP_BYTES:
            yield held
            held, held_bytes = [], 0
    if held:
        yield held


def _schema(schema: Any, rewrite: Rewrite, counted: Counted) -> tuple[Any, bool]:
    """The schema, with what is found in its metadata replaced."""
    metadata, changed = dict(schema.metadata or {}), False
    for key, value in metadata.items():
        if key not in _OWN_METADATA:
            redacted = rewrite("json", value)
            counted(value, redacted)
            changed = changed or redacted.payload != value
            metadata[key] = redacted.payload
    return (schema.with_metadata(metadata) if changed else schema), changed


def _table(pa: Any, batches: list[Any], schema: Any, rewrite: Rewrite, counted: Counted) -> tuple[Any, bool]:
    """The batches as a table, redacted."""
    looked_at = [field for field in schema if _holds_text(pa, field.type)]
    done, changed = [], False
    for batch in batches:
        if looked_at:
            new, touched = _batch(pa, batch, looked_at, rewrite, counted)
            changed = changed or touched
            done.append(new)
        else:
            done.append(batch)
    return pa.Table.from_batches(done, schema), changed


def _batch(pa: Any, batch: Any, fields: list[Any], rewrite: Rewrite, counted: Counted) -> tuple[Any, bool]:
    columns = {field.name: [_shown(pa, value, field.type) for value in batch.column(field.name).to_pylist()] for field in fields}
    names = list(columns)
    rows = zip(*columns.values(), strict=True)
    lines = [orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in rows]
    after, redacted = each_line(lines, partial(rewrite, "ndjson"))
    counted(b"".join(lines), redacted)
    if after == lines:
        return batch, False
    # A record that a rule drops stays as a row, without its values.
    changed = [None if old == new else orjson.loads(new or b"{}") for old, new in zip(lines, after, strict=True)]
    arrays = list(batch.columns)
    for field in fields:
        name, shown = field.name, columns[field.name]
        if any(row is not None and row.get(name) != shown[at] for at, row in enumerate(changed)):
            at = batch.schema.get_field_index(name)
            was = arrays[at].to_pylist()
            values = [was[i] if row is None else _stored(pa, row.get(name), shown[i], was[i], field.type) for i, row in enumerate(changed)]
            arrays[at] = _array(pa, values, field)
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema), True


def _array(pa: Any, values: list[Any], field: Any) -> Any:
    if pa.types.is_dictionary(field.type):
        return pa.array(values, field.type.value_type).dictionary_encode().cast(field.type)
    if not field.nullable:
        empty = "" if _is_string(pa, field.type) else b"" if _is_binary(pa, field.type) else None
        values = [empty if value is None else value for value in values]
    return pa.array(values, field.type)


def _is_string(pa: Any, kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_binary(pa: Any, kind: Any) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _holds_text(pa: Any, kind: Any) -> bool:
    """Whether there is something to look at in a column of this type."""
    types = pa.types
    if _is_string(pa, kind) or _is_binary(pa, kind) or types.is_integer(kind):
        return True
    if types.is_dictionary(kind) or types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _holds_text(pa, kind.value_type)
    if types.is_map(kind):
        return _holds_text(pa, kind.item_type) or _holds_text(pa, kind.key_type)
    return bool(types.is_struct(kind)) and any(_holds_text(pa, kind.field(at).type) for at in range(kind.num_fields))


def _shown(pa: Any, value: Any, kind: Any) -> Any:
    """A value as JSON takes it; what is not looked at is null."""
    types = pa.types
    if value is None or not _holds_text(pa, kind):
        return None
    if types.is_dictionary(kind):
        return _shown(pa, value, kind.value_type)
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return None
    if types.is_struct(kind):
        return {kind.field(at).name: _shown(pa, value[kind.field(at).name], kind.field(at).type) for at in range(kind.num_fields)}
    if types.is_map(kind):
        return [{_key(key): _shown(pa, item, kind.item_type)} for key, item in value]
    if isinstance(value, list):
        return [_shown(pa, item, kind.value_type) for item in value]
    return value


def _key(key: object) -> str:
    return key if isinstance(key, str) else key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key)


def _stored(pa: Any, new: Any, shown: Any, was: Any, kind: Any) -> Any:
    """What ``was`` becomes, which was ``shown`` and has become ``new``; null where the type can't hold that."""
    if new == shown or new is None or was is None:
        return was if new == shown else None
    types = pa.types
    if types.is_dictionary(kind):
        return _stored(pa, new, shown, was, kind.value_type)
    if _is_string(pa, kind) or _is_binary(pa, kind):
        text = new if isinstance(new, str) else orjson.dumps(new).decode()
        return text if _is_string(pa, kind) else text.encode()
    if types.is_struct(kind):
        return _stored_struct(pa, new, shown, was, kind) if isinstance(new, dict) else None
    if not isinstance(new, list) or len(new) != len(was):
        return None  # a list or map of which something is gone, or an integer
    if types.is_map(kind):
        return [_stored_item(pa, pair, old, item, kind) for pair, old, item in zip(new, shown, was, strict=True)]
    return [_stored(pa, value, old, item, kind.value_type) for value, old, item in zip(new, shown, was, strict=True)]


def _stored_struct(pa: Any, new: dict[str, Any], shown: dict[str, Any], was: dict[str, Any], kind: Any) -> dict[str, Any]:
    fields = [kind.field(at) for at in range(kind.num_fields)]
    return {field.name: _stored(pa, new.get(field.name), shown[field.name], was[field.name], field.type) for field in fields}


def _stored_item(pa: Any, new: Any, shown: dict[str, Any], was: tuple[Any, Any], kind: Any) -> tuple[Any, Any]:
    ((name, old),) = shown.items()
    if not isinstance(new, dict) or len(new) != 1:
        return was[0], None
    ((new_name, value),) = new.items()
    return _stored(pa, new_name, name, was[0], kind.key_type), _stored(pa, value, old, was[1], kind.item_type)
