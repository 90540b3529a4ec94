"""The table of the systems says what their gateways declare, all of it."""

from __future__ import annotations

from routiq.pms import registry
from routiq.pms.gateway import Capabilities
from tests.docs.systems import PAGE, ROWS, render, with_table


def test_the_table_is_what_the_gateways_declare() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "write it anew: python -m tests.docs.systems"
    assert render() in page


def test_nothing_that_is_declared_is_left_out() -> None:
    assert {field for field, _, _ in ROWS} | {"vendor", "label", "streams"} == set(Capabilities.__struct_fields__)
    assert all(vendor.label in render().splitlines()[0] for vendor in registry.vendors())
