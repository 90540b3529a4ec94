"""The migration operation that puts a table under row-level security (law 5)."""

from __future__ import annotations

from django.db.migrations import RunSQL

FUNCTIONS = """
CREATE OR REPLACE FUNCTION routiq_practice() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT NULLIF(current_setting('routiq.practice', true), '')::bigint $$;
CREATE OR REPLACE FUNCTION routiq_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT NULLIF(current_setting('routiq.person', true), '')::bigint $$;
CREATE OR REPLACE FUNCTION routiq_directory() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT current_setting('routiq.directory', true) = 'on' $$;
"""


def protect(table: str, *, also_visible: str = "") -> RunSQL:
    """Only the practice in force sees and writes the rows of ``table``; the owner of the table is held to it too.

    ``also_visible`` is an SQL condition under which a row may be read (never written) without a practice.
    """
    readable = f"practice_id = routiq_practice(){f' OR ({also_visible})' if also_visible else ''}"
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY practice_reads ON {table} FOR SELECT USING ({readable});
        CREATE POLICY practice_writes ON {table} FOR ALL
          USING (practice_id = routiq_practice()) WITH CHECK (practice_id = routiq_practice());
        """,
        f"""
        DROP POLICY practice_writes ON {table};
        DROP POLICY practice_reads ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )
