"""Addresses: ids that become part of one, and the links in Cliniko's list answers."""

from __future__ import annotations

from routiq.pms import answers
from routiq.pms.cliniko import payloads
from routiq.pms.errors import NotFound, VendorChanged
from routiq.pms.transport import Transport


def refuse_foreign_links(transport: Transport, path: str, envelope: payloads.Envelope) -> None:
    """No link is followed, but one that leads elsewhere means that somebody else is answering."""
    links = envelope.links
    if links is None:
        return
    for link in (links.own, links.next, links.previous):
        if link and not transport.is_own(link):
            raise VendorChanged(
                "Cliniko's answer points to another server.",
                vendor="cliniko",
                cause="foreign_host",
                request=answers.label("GET", path),
                status=200,
            )


def number(vendor_id: str) -> str:
    """An id fit to be part of an address. What has no digits exists nowhere at Cliniko: ``NotFound``."""
    if not (vendor_id.isascii() and vendor_id.isdecimal()):
        raise NotFound("This is no Cliniko id.", vendor="cliniko", cause="no_id")
    return vendor_id
