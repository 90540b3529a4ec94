"""Settings > API tokens."""

from __future__ import annotations

import re

from django.test import Client

from routiq.practices.models import ApiToken


def test_a_new_token_is_shown_once(client_in: Client) -> None:
    assert "No tokens yet" in client_in.get("/settings/tokens").content.decode()
    html = client_in.post("/settings/tokens", {"name": "Reporting"}).content.decode()
    text = re.search(r"rtq_[\w-]{30,}", html)
    assert text
    later = client_in.get("/settings/tokens").content.decode()
    assert text.group() not in later
    assert "Reporting" in later
    assert not ApiToken.objects.filter(token_hash=text.group()).exists()


def test_a_token_needs_a_name(client_in: Client) -> None:
    for name in ("", "x" * 101):
        answer = client_in.post("/settings/tokens", {"name": name})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_a_revoked_token_says_so(client_in: Client) -> None:
    client_in.post("/settings/tokens", {"name": "Reporting"})
    token = ApiToken.objects.get()
    for _ in range(2):
        assert client_in.post(f"/settings/tokens/{token.pk}/revoke")["Location"] == "/settings/tokens"
    assert "Revoked" in client_in.get("/settings/tokens").content.decode()
