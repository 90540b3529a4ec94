"""Pages that hand a key over, without a practice management system behind them."""

from __future__ import annotations

from typing import Any

from routiq.connections.models import Connection
from routiq.pms.errors import PmsError

KEY = "MS0xMjM0NTY3ODkwLXNlY3JldC1zZWNyZXQ-au1"


class Connecting:
    """Stands where the real connecting is: takes what the page hands over, raises what it is told to."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.error: PmsError | None = None

    def __call__(self, **given: Any) -> Connection:
        self.calls.append(given)
        if self.error is not None:
            raise self.error
        return Connection(account_name="Harbour Street")
