"""Which systems there are. A further one is one folder beside this file and one line here."""

from __future__ import annotations

from routiq.pms.cliniko.gateway import CAPABILITIES as CLINIKO_CAPABILITIES
from routiq.pms.cliniko.gateway import open_gateway as open_cliniko
from routiq.pms.cliniko.guide import GUIDE as CLINIKO_GUIDE
from routiq.pms.cliniko.keys import normalise_key as normalise_cliniko_key
from routiq.pms.cliniko.webhooks import read_event as read_cliniko_event
from routiq.pms.gateway import Vendor
from routiq.pms.nookal.gateway import CAPABILITIES as NOOKAL_CAPABILITIES
from routiq.pms.nookal.gateway import open_gateway as open_nookal
from routiq.pms.nookal.guide import GUIDE as NOOKAL_GUIDE
from routiq.pms.nookal.keys import normalise_key as normalise_nookal_key
from routiq.pms.nookal.keys import same_account as same_nookal_account

_VENDORS = (
    Vendor(
        name="cliniko",
        label="Cliniko",
        capabilities=CLINIKO_CAPABILITIES,
        guide=CLINIKO_GUIDE,
        normalise_key=normalise_cliniko_key,
        open=open_cliniko,
        read_event=read_cliniko_event,
    ),
    Vendor(
        name="nookal",
        label="Nookal",
        capabilities=NOOKAL_CAPABILITIES,
        guide=NOOKAL_GUIDE,
        normalise_key=normalise_nookal_key,
        open=open_nookal,
        same_account=same_nookal_account,
    ),
)


def vendors() -> tuple[Vendor, ...]:
    """All supported systems, in the order in which pages offer them."""
    return _VENDORS


def vendor(name: str) -> Vendor:
    """The one of this name. ``KeyError`` when there is none."""
    for known in _VENDORS:
        if known.name == name:
            return known
    raise KeyError(name)
