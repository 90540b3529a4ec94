"""Named points at which a test may end the process, to prove that nothing is lost there.

Armed by the environment only (``ROUTIQ_FAULT=name`` or ``name:7`` for the seventh time); unarmed, a point costs one
comparison.
"""

from __future__ import annotations

import os
import signal

_armed, _, _count = os.environ.get("ROUTIQ_FAULT", "").partition(":")
_left = int(_count or 1)


def point(name: str) -> None:
    """Die here, as by ``kill -9``, when this point is armed."""
    global _left
    if name != _armed:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
