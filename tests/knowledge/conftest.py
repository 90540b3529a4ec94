from __future__ import annotations

from collections.abc import Iterator

import pytest

from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from tests.conftest import make_practice


@pytest.fixture
def empty(db: None) -> Iterator[Practice]:
    """A practice that has told us nothing."""
    practice, _ = make_practice()
    with acting_for(practice.pk):
        yield practice
