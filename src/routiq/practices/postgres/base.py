"""Django's PostgreSQL backend, telling each connection for whom it works.

The scope is sent with the first query that needs it and remembered per connection, so a query costs no extra
round trip. A rollback undoes the setting in the server, and a pooled connection may come from somebody else:
both forget what was remembered, so the next query sends it again.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from routiq.practices.tenancy import Scope, current_scope

_SET_SCOPE = (
    "SELECT set_config('routiq.practice', %s, false), set_config('routiq.person', %s, false), "
    "set_config('routiq.token', %s, false), set_config('routiq.directory', %s, false)"
)


#: So many planned statements a session keeps, those used last: more than the product has in daily use.
_KEPT_PLANS = 400


class DatabaseWrapper(base.DatabaseWrapper):
    _applied_scope: Scope | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = _KEPT_PLANS
        return connection

    def connect(self) -> None:
        self._applied_scope = None
        super().connect()

    def _cursor(self, name: str | None = None) -> Any:
        cursor = super()._cursor(name)  # type: ignore[misc]
        scope = current_scope()
        if scope != self._applied_scope and not self._is_aborted():
            self._apply(scope)
        return cursor

    def _apply(self, scope: Scope) -> None:
        assert self.connection is not None
        with self.connection.cursor() as raw, self.wrap_database_errors:
            raw.execute(
                _SET_SCOPE,
                (
                    str(scope.practice or ""),
                    str(scope.person or ""),
                    scope.token,
                    "on" if scope.directory else "",
                ),
            )
        self._applied_scope = scope

    def _is_aborted(self) -> bool:
        """In a failed transaction only its rollback goes through; that needs no scope."""
        return self.connection is not None and self.connection.info.transaction_status == TransactionStatus.INERROR

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._applied_scope = None

    def _savepoint_rollback(self, sid: str) -> None:
        try:
            super()._savepoint_rollback(sid)  # type: ignore[misc]
        finally:
            self._applied_scope = None

    def _close(self) -> Any:
        self._applied_scope = None
        return super()._close()  # type: ignore[misc]
