"""Rows that are written back are the practice that a sync would have made."""

from __future__ import annotations

import pytest
from django.utils import timezone

from routiq.sync.models import StreamState, SyncRun
from tests.systems import At


@pytest.mark.parametrize("turn", ["first", "second", "third"])
def test_a_practice_written_back_is_true_to_the_world_and_goes_on_from_there(mirrored: At, turn: str) -> None:
    assert not mirrored.differences()
    run = SyncRun.objects.get()
    assert run.connection_id == mirrored.connection.pk
    assert run.state == SyncRun.State.DONE
    assert run.finished_at is not None
    assert 0 <= (timezone.now() - run.finished_at).total_seconds() < 60
    assert {state.complete_to for state in StreamState.objects.all()} == {run.began_at}
    night = mirrored.reconcile()
    assert not mirrored.differences()
    assert night.pk > run.pk
