"""The addresses of our pages, as people outside reach them."""

from __future__ import annotations

from django.conf import settings


def link(path: str) -> str:
    """The full address of a page of ours, for a letter."""
    return settings.BASE_URL.rstrip("/") + path
