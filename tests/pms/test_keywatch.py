"""The watch over all log lines sees a key wherever it stands, and lets everything else pass."""

from __future__ import annotations

import logging

import pytest

from pms_sandbox.testing import RunningSandbox
from tests.keywatch import KeyWatch


@pytest.mark.parametrize("label", ["admin", "nookal", "nookal-one"])
@pytest.mark.parametrize("name", ["routiq.pms", "somebody.else"])
def test_a_key_in_a_line_is_seen(label: str, name: str, sandbox: RunningSandbox, key_watch: KeyWatch) -> None:
    key = sandbox.key(label)
    logging.getLogger(name).warning("asked %s", f"https://api.example/verify?api_key={key}")
    logging.getLogger(name).warning("asked", extra={"form": f"api_key={key}"})
    try:
        raise ValueError(f"api_key={key.lower()}" if label != "admin" else key)
    except ValueError:
        logging.getLogger(name).exception("failed")
    assert key_watch.let_out.count(name) == 3
    key_watch.let_out.clear()


def test_other_lines_pass(key_watch: KeyWatch) -> None:
    before = key_watch.lines
    logging.getLogger("routiq.pms").warning("POST /verify 200 12 ms live")
    assert key_watch.lines > before
    assert key_watch.let_out == []
