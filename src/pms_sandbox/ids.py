"""Nineteen-digit ids that grow with the time of creation, as the vendor's do (spec 1.4)."""

from __future__ import annotations

_EPOCH_2010 = 1_262_304_000
_FLOOR = 370_000_000_000_000_000
_PER_SECOND = 2_000_000_000
_STRIDE = 1000


class IdMint:
    """Hands out ids: seconds since 2010 in the high digits, a running number in the low ones.

    Every id has nineteen digits, so text order and number order are the same.
    """

    def __init__(self, serial: int = 0) -> None:
        self.serial = serial

    def new(self, created: float) -> str:
        """An id for a record created at this instant (Unix seconds)."""
        self.serial += 1
        low = (self.serial * _STRIDE + self.serial * 7919 % _STRIDE) % _PER_SECOND
        return str(_FLOOR + (int(created) - _EPOCH_2010) * _PER_SECOND + low)
