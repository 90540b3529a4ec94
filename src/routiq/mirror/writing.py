"""Writing what the vendor said into the mirror. One statement a page; the caller's transaction holds it.

A row is written only when it differs from what is stored, and only by a newer answer (S3): newer by the vendor's
stamp, and at the same stamp (which has whole seconds) by when we asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from routiq.connections.models import Connection
from routiq.mirror.changes import Change, ChangeKind, Row, compare
from routiq.mirror.models import BookingRules, Offering, Patient
from routiq.mirror.tables import TABLES, Details, Table
from routiq.pms.records import BookingRulesRecord, DeletionRecord, OfferingRecord, Record
from routiq.practices import statements

_encode = msgspec.json.Encoder().encode

# The rows' foreign key to their connection is no constraint of the database: that would be checked row by row, and
# several writers at once would share a lock on that one row a hundred times a page. ``held`` takes it once: while a
# page is stored its connection cannot go, and for one that is gone nothing is stored.
_UPSERT = """
WITH page AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(records)s::json)
    AS x(id text, updated_at timestamptz, fingerprint bigint, answer integer, {fields})
), held AS MATERIALIZED (
  SELECT id FROM connections_connection WHERE id = %(connection)s FOR KEY SHARE
){before}, written AS (
  INSERT INTO {table} AS stored
    (practice_id, connection_id, remote_id, remote_updated_at, seen_at, fingerprint, {columns})
  SELECT %(practice)s, held.id, x.id, x.updated_at, (%(seen_at)s::timestamptz[])[x.answer], x.fingerprint, {values}
  FROM held CROSS JOIN page x WHERE {only_where}
  ON CONFLICT (connection_id, remote_id) DO UPDATE SET
    remote_updated_at = EXCLUDED.remote_updated_at, seen_at = EXCLUDED.seen_at, fingerprint = EXCLUDED.fingerprint,
    {updates}
  WHERE (stored.fingerprint <> EXCLUDED.fingerprint {or_is_back})
    AND (stored.remote_updated_at, stored.seen_at) <= (EXCLUDED.remote_updated_at, EXCLUDED.seen_at)
  RETURNING {returned}, stored.xmax <> '0' AS renewed
)
"""

_BEFORE = """, before AS (
  SELECT * FROM {table} WHERE connection_id = %(connection)s AND remote_id = ANY(%(ids)s)
)"""

_COUNT = "SELECT count(*) FROM written"
_COMPARE = (
    "SELECT written.remote_id, to_jsonb(before), to_jsonb(written) FROM written LEFT JOIN before USING (remote_id)"
)

# A row that is new has no details to take away. To see that first matters: until the tables have been analysed the
# planner, misled by the row-level policy, looks through all details of the practice for each page.
_DETAILS = """
, unlisted AS (
  DELETE FROM {details} listed USING written
  WHERE listed.{parent} = written.id AND EXISTS (SELECT 1 FROM written WHERE renewed)
), listed AS (
  INSERT INTO {details} (practice_id, {parent}, position, {columns})
  SELECT %(practice)s, written.id, entry.position - 1, {values}
  FROM written
  JOIN page ON page.id = written.remote_id
  CROSS JOIN json_array_elements(page.{field}) WITH ORDINALITY AS entry(detail, position)
)
"""


@lru_cache(maxsize=32)
def _statement(table: Table, answer: str) -> str:
    plain = [column for column in table.columns if not column.expression]
    fields = [f"{column.source or column.name} {column.type}" for column in plain]
    if table.details is not None:
        fields.append(f"{table.details.field} json")
    removable = any(column.name == "removed_at" for column in table.columns)
    statement = _UPSERT.format(
        table=table.name,
        # Only who compares needs the rows as they were and are.
        before=_BEFORE.format(table=table.name) if answer is _COMPARE else "",
        returned="stored.*" if answer is _COMPARE else "stored.id, stored.remote_id",
        columns=", ".join(column.name for column in table.columns),
        values=", ".join(column.expression or f"x.{column.source or column.name}" for column in table.columns),
        fields=", ".join(fields),
        # A row that was marked as removed and is there after all is written although the record did not change.
        or_is_back="OR stored.removed_at IS DISTINCT FROM EXCLUDED.removed_at" if removable else "",
        updates=", ".join(f"{column.name} = EXCLUDED.{column.name}" for column in table.columns),
        only_where=table.only_where or "true",
    )
    return statement + _detail_statement(table.details) + answer


def _detail_statement(details: Details | None) -> str:
    if details is None:
        return ""
    return _DETAILS.format(
        details=details.name,
        parent=details.parent,
        field=details.field,
        columns=", ".join(column.name for column in details.columns),
        values=", ".join(column.expression for column in details.columns),
    )


Answer = tuple[Sequence[msgspec.Struct], datetime]
"""The records of one kind that an answer brought, and when the request for it was sent (aware)."""


def write(connection: Connection, records: Sequence[msgspec.Struct], asked_at: datetime) -> int:
    """Store records of one kind; returns how many rows were new or changed.

    ``asked_at`` (aware) is when the request was sent that brought them. Deletions, offerings and booking rules are
    written by their own rules.
    """
    return write_all(connection, [(records, asked_at)])


def write_all(connection: Connection, answers: Sequence[Answer]) -> int:
    """Store what several answers brought, in the order in which they came, as :func:`write` stores each."""
    rows = _store(connection, answers, _COUNT)
    return rows if isinstance(rows, int) else int(rows[0][0])


def write_and_compare(connection: Connection, records: Sequence[msgspec.Struct], asked_at: datetime) -> list[Change]:
    """Store records of one kind as :func:`write` does, and say what changed."""
    rows = _store(connection, [(records, asked_at)], _COMPARE)
    if isinstance(rows, int):
        return [Change("", ChangeKind.UPDATED)] * rows
    return [compare(record_id, _row(before), _row(after) or {}) for record_id, before, after in rows]


def _row(value: object) -> Row | None:
    return msgspec.json.decode(value) if isinstance(value, str) else value  # type: ignore[return-value]


def _store(connection: Connection, answers: Sequence[Answer], answer: str) -> int | list[tuple[Any, ...]]:
    first = next((record for records, _ in answers for record in records), None)
    if first is None:
        return 0
    if isinstance(first, DeletionRecord):
        listed = [each for records, _ in answers for each in records if isinstance(each, DeletionRecord)]
        gone = _remove(connection, listed)
        return len(gone) if answer is _COUNT else [(record_id, {}, {"removed_at": True}) for record_id in gone]
    if isinstance(first, BookingRulesRecord):
        return _write_rules(connection, first, answers[0][1])
    page, ids = _page(answers)
    values = {
        "records": page,
        "ids": ids,
        "practice": connection.practice_id,
        "connection": connection.pk,
        "seen_at": [asked_at for _, asked_at in answers],
    }
    table = TABLES[type(first)]
    # What reads what is stored is planned anew each time: in a first sync that grows under its hands.
    keep_plan = answer is _COUNT and not table.reads_others
    return statements.execute(_statement(table, answer), values, keep_plan=keep_plan)


def _page(answers: Sequence[Answer]) -> tuple[str, list[str]]:
    """The records as one JSON text, each with its fingerprint and its answer's number, and their ids: of each the
    last of the newest versions, in the order of ids, so that two writers lock rows in the same order."""
    newest: dict[str, tuple[int, Any]] = {}
    for number, (records, _) in enumerate(answers, start=1):
        record: Any
        for record in records:
            known = newest.get(record.id)
            if known is None or record.updated_at >= known[1].updated_at:
                newest[record.id] = number, record
    ids = sorted(newest)
    rows = []
    for record_id in ids:
        number, record = newest[record_id]
        encoded = _encode(record)
        fingerprint = int.from_bytes(blake2b(encoded, digest_size=8).digest(), "big", signed=True)
        rows.append(b'{"fingerprint":%d,"answer":%d,%s' % (fingerprint, number, encoded[1:]))
    return (b"[" + b",".join(rows) + b"]").decode(), ids


def write_whole(
    connection: Connection, kind: type[msgspec.Struct], records: Sequence[msgspec.Struct], asked_at: datetime
) -> list[Change]:
    """Store a list that is known to be complete: what it lacks is marked as removed, what it has again as there. Says
    what changed; of offerings, which have no ids, only how many."""
    if kind is OfferingRecord:
        number = _replace_offerings(connection, [record for record in records if isinstance(record, OfferingRecord)])
        return [Change("", ChangeKind.UPDATED)] * number
    changes = write_and_compare(connection, records, asked_at)
    listed = [record.id for record in records if isinstance(record, Record)]
    manager = TABLES[kind].model._default_manager.filter(connection=connection)
    gone = manager.exclude(remote_id__in=listed).filter(removed_at=None)
    back = manager.filter(remote_id__in=listed, removed_at__isnull=False)
    changes += [Change(record_id, ChangeKind.DELETED) for record_id in gone.values_list("remote_id", flat=True)]
    changes += [Change(record_id, ChangeKind.RETURNED) for record_id in back.values_list("remote_id", flat=True)]
    gone.update(removed_at=asked_at)
    back.update(removed_at=None)
    return changes


def _remove(connection: Connection, deletions: list[DeletionRecord]) -> list[str]:
    """Mark patients that the vendor removed for good; returns the ids of those that were still here."""
    stamps = {deletion.id: deletion.deleted_at for deletion in deletions}
    here = Patient.objects.filter(connection=connection, remote_id__in=stamps, removed_at=None)
    gone = list(here.values_list("remote_id", flat=True))
    for record_id in gone:
        here.filter(remote_id=record_id).update(removed_at=stamps[record_id])
    return gone


def _replace_offerings(connection: Connection, records: list[OfferingRecord]) -> int:
    wanted = {
        (record.location_id, record.appointment_type_id, practitioner)
        for record in records
        for practitioner in record.practitioner_ids
    }
    stored = {
        (offer.location_remote_id, offer.appointment_type_remote_id, offer.practitioner_remote_id): offer.pk
        for offer in Offering.objects.filter(connection=connection)
    }
    Offering.objects.filter(pk__in=[pk for key, pk in stored.items() if key not in wanted]).delete()
    Offering.objects.bulk_create(
        Offering(
            practice_id=connection.practice_id,
            connection=connection,
            location_remote_id=location,
            appointment_type_remote_id=appointment_type,
            practitioner_remote_id=practitioner,
        )
        for location, appointment_type, practitioner in sorted(wanted - stored.keys())
    )
    return len(wanted ^ stored.keys())


def _write_rules(connection: Connection, record: BookingRulesRecord, asked_at: datetime) -> int:
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    stored = BookingRules.objects.filter(connection=connection).first()
    if stored is not None and all(getattr(stored, name) == value for name, value in fields.items()):
        return 0
    BookingRules.objects.update_or_create(
        connection=connection,
        defaults={**fields, "practice_id": connection.practice_id, "seen_at": asked_at},
    )
    return 1
