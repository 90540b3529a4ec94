"""What a page that goes wrong comes to, whichever vendor it is asked of."""

from __future__ import annotations

from typing import Any

import pytest

from routiq.pms.errors import VendorUnavailable
from routiq.pms.gateway import Selection, Stream
from tests.contract.conftest import Clinic
from tests.passing import PASSING, name_of

#: The first page of patients, as it is asked for.
ASKED = {"cliniko": "GET /patients", "nookal": "POST /getPatients"}


@pytest.mark.parametrize("fault", PASSING, ids=name_of)
def test_a_page_that_goes_wrong_twice_is_asked_for_again(fault: dict[str, Any], clinic: Clinic) -> None:
    clinic.sandbox.fault(times=2, **fault)
    assert len(clinic.gateway.fetch(Stream.PATIENTS, Selection()).records) == 100
    assert len(clinic.sandbox.requests()) == 3
    first, second = clinic.naps
    assert 0 < first < second


@pytest.mark.parametrize("fault", PASSING, ids=name_of)
def test_a_page_that_stays_wrong_is_the_vendors_trouble_and_no_empty_list(
    fault: dict[str, Any], name: str, clinic: Clinic
) -> None:
    clinic.sandbox.fault(times=None, **fault)
    with pytest.raises(VendorUnavailable) as failed:
        clinic.gateway.fetch(Stream.PATIENTS, Selection())
    assert failed.value.temporary
    assert failed.value.cause
    assert failed.value.request == ASKED[name]
    assert len(clinic.sandbox.requests()) == 3
