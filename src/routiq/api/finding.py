"""Finding what a request names: a connection by its id, patients by phone and by name."""

from __future__ import annotations

import base64
import binascii

from django.db.models import Q

from routiq.api import errors
from routiq.connections.models import Connection
from routiq.mirror.models import Patient, PatientPhone
from routiq.mirror.queries import STATUS_FILTERS, fold
from routiq.pms.phones import e164
from routiq.practices.models import Practice


def connection_of(pk: int) -> Connection:
    """The connection of this id, whatever its state."""
    row = Connection.objects.filter(pk=pk).select_related("practice").first()
    if row is None:
        raise errors.not_found("connection")
    return row


def active_or_refused(row: Connection) -> None:
    """409 for what a paused or ended connection cannot do."""
    if row.state == Connection.State.PAUSED:
        raise errors.ApiError(409, "connection_paused", row.paused_message, row.paused_advice)
    if not row.is_active:
        raise ended()


def ended() -> errors.ApiError:
    return errors.ApiError(
        409, "disconnected", "This connection has been ended.", "Connect again with POST /connections."
    )


def dialled(number: str, practice: Practice) -> str:
    """The number as a caller's is read (E.164), or an error at the field."""
    found = e164(number, region=practice.country_code)
    if not found:
        raise errors.invalid({"phone": "This is no phone number. Give it as dialled, such as 0491 570 006."})
    return found


def patients(*, phone: str, name: str, status: str, after: str, limit: int) -> tuple[list[Patient], str | None]:
    """A page by family name, and the mark of the next one. ``phone`` is E.164 and matches whole; each word of
    ``name`` must occur in first or family name, however accented. Either may be empty."""
    found = Patient.objects.filter(STATUS_FILTERS[status], removed_at=None)
    if phone:
        found = found.filter(pk__in=PatientPhone.objects.filter(e164=phone).values("patient"))
    for word in fold(name).split()[:6]:
        found = found.filter(sort_name__contains=word)
    if after:
        last = _marked(after)
        found = found.filter(sort_name__gte=last.sort_name)
        found = found.filter(Q(sort_name__gt=last.sort_name) | Q(pk__gt=last.pk))
    page = list(found.order_by("sort_name", "pk").prefetch_related("phones")[: limit + 1])
    return page[:limit], _mark(page[limit - 1]) if len(page) > limit else None


def _mark(patient: Patient) -> str:
    """The last one shown. Only an id, so that no name stands in an address."""
    return base64.urlsafe_b64encode(f"p{patient.pk}".encode()).decode().rstrip("=")


def _marked(mark: str) -> Patient:
    try:
        text = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode("ascii")
        if text.startswith("p") and text[1:].isdecimal():
            return Patient.objects.get(pk=int(text[1:]))
    except (binascii.Error, UnicodeError, ValueError, Patient.DoesNotExist):
        pass
    raise bad_mark()


def bad_mark() -> errors.ApiError:
    return errors.invalid({"after": "This mark is none of ours: begin again without it."})
