"""The patients list at fifty thousand: pages stay pages (the time itself is measured in bench)."""

from __future__ import annotations

import json

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from routiq.connections.models import Connection
from routiq.mirror.models import Patient
from routiq.mirror.queries import _mark, patients
from routiq.practices.models import Practice

MANY = 50_000


@pytest.fixture
def crowd(practice: Practice) -> Connection:
    link = Connection.objects.create(practice=practice, vendor="cliniko", account_id="1", account_name="A")
    with database.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO mirror_patient (practice_id, connection_id, remote_id, remote_updated_at, seen_at,
              fingerprint, first_name, last_name, preferred_name, title, email, sex, gender, address_lines,
              city, state, post_code,
              country_code, time_zone, status, notes, merged_into, sort_name, search_text)
            SELECT %s, %s, n::text, now(), now(), n, 'First' || n, 'Last' || n %% 1000, '', '', '', '', '', '{}',
              '', '', '', 'AU', '',
              CASE n %% 10 WHEN 0 THEN 'inactive' WHEN 5 THEN 'deceased' ELSE 'active' END, '', '',
              'last' || lpad((n %% 1000)::text, 4, '0') || ' first' || n, 'first' || n || ' last' || n %% 1000
            FROM generate_series(1, %s) n
            """,
            [practice.pk, link.pk, MANY],
        )
        cursor.execute("ANALYZE mirror_patient")
    return link


def plan_of_last_query(captured: list[dict[str, str]]) -> str:
    query = next(entry["sql"] for entry in reversed(captured) if 'FROM "mirror_patient" ' in entry["sql"])
    with database.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}")
        return json.dumps(cursor.fetchone()[0])


def rows_read(plan: str) -> int:
    def walk(node: dict) -> int:  # type: ignore[type-arg]
        own = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        return int(max([own, *(walk(child) for child in node.get("Plans", []))]))

    return walk(json.loads(plan)[0]["Plan"])


@pytest.mark.parametrize("status", ["active", "deceased", "all"])
def test_a_page_deep_in_the_list_reads_a_page_of_rows_and_not_the_list(crowd: Connection, status: str) -> None:
    middle = Patient.objects.order_by("sort_name", "pk")[MANY // 2]
    first = patients(status=status)
    assert len(first.rows) == 50
    with CaptureQueriesContext(database) as captured:
        deep = patients(status=status, after=_mark(middle))
    assert len(deep.rows) == 50
    plan = plan_of_last_query(captured.captured_queries)
    assert "Index Scan" in plan
    assert rows_read(plan) < 500
