"""The practice itself, and what patients can book there."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from routiq.api import schemas, showing
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.connections.connecting import live_connection
from routiq.frontdesk import times
from routiq.mirror.waiting import waiting_list

router = Router(tags=["practice"])


@router.get("/practice", response=answers({200: schemas.Practice}), summary="The practice of this token")
def get_practice(request: HttpRequest) -> schemas.Practice:
    """The practice with its locations, practitioners and appointment types, how many patients and appointments the
    copy holds, and what is switched off for online bookings with the switch to turn on."""
    return showing.practice(caller_of(request).practice, live_connection())


@router.get("/waiting-list", response=answers({200: schemas.WaitingList}), summary="Who waits for a time")
def get_waiting_list(request: HttpRequest) -> schemas.WaitingList:
    """Those who still wait, the longest first. Empty where the practice management system tells no waiting list."""
    connection = live_connection()
    keeps_notes = caller_of(request).practice.keep_patient_notes
    wishes = waiting_list(connection) if connection else []
    return schemas.WaitingList(items=[showing.waiting(wish, with_notes=keeps_notes) for wish in wishes])


@router.get("/menu", response=answers({200: schemas.Menu}), summary="What can be booked online")
def get_menu(request: HttpRequest) -> schemas.Menu:
    """Appointment types, practitioners and locations that are open for online bookings and belong to some offer.
    Their ids are what `GET /availability` takes."""
    return showing.menu(times.menu())
