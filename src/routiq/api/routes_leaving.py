"""A new key, disconnecting, and deleting what was kept."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field, SecretStr

from routiq import retention
from routiq.api import errors, schemas, showing, showing_care
from routiq.api import schemas_care as shapes
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.api.fields import Taken, Text
from routiq.api.finding import connection_of, ended
from routiq.api.routes_connections import field_of
from routiq.connections import disconnecting
from routiq.connections.models import Connection
from routiq.pms.errors import PmsError
from routiq.sync.start import connect_and_sync

router = Router(tags=["connections"])


class NewKey(Taken):
    key: SecretStr = Field(min_length=1, max_length=1000, description="Of the same account. It is never shown again.")
    region: Text = Field("", max_length=10, description="Empty: the one that the key says.")


class Leave(Taken):
    confirm: Text = Field(
        max_length=200, description="The name of the account, exactly as `account_name` of the connection has it."
    )


class Delete(Taken):
    confirm: Text = Field(max_length=200, description="The name of the practice, exactly.")


@router.post(
    "/connections/{int:connection_id}/key",
    response=answers({200: schemas.Connection}, 404, 409, 502, takes_body=True),
    summary="Update the API key",
)
def update_key(request: HttpRequest, connection_id: int, wanted: NewKey) -> schemas.Connection:
    """Check another key of the same account, and use it from the next request on. Nothing is lost; a key of another
    account is refused by name, and the old one stays in use."""
    row = connection_of(connection_id)
    if row.state == Connection.State.DISCONNECTED:
        raise ended()
    caller = caller_of(request)
    try:
        changed = connect_and_sync(
            practice_id=caller.practice.pk,
            vendor=row.vendor,
            region=wanted.region,
            key=wanted.key.get_secret_value(),
            actor=caller.actor,
        )
    except PmsError as error:
        raise errors.from_pms(error, field_of(error)) from None
    return showing.connection(changed)


@router.get(
    "/connections/{int:connection_id}/consequences",
    response=answers({200: shapes.Consequences}, 404, 409),
    summary="What disconnecting would do",
)
def get_consequences(request: HttpRequest, connection_id: int) -> shapes.Consequences:
    """Everything that disconnecting would do now, in today's numbers, and until when the data would be kept. Show it
    to a person before `POST .../disconnect`."""
    row = connection_of(connection_id)
    if row.state == Connection.State.DISCONNECTED:
        raise ended()
    return showing_care.consequences(row, disconnecting.consequences(row))


@router.post(
    "/connections/{int:connection_id}/disconnect",
    response=answers({200: shapes.Left}, 404, takes_body=True),
    summary="Disconnect",
)
def disconnect(request: HttpRequest, connection_id: int, wanted: Leave) -> shapes.Left:
    """End the connection: Robyn books nothing more, the key is destroyed, the data is kept for 30 days. Connecting
    the same account again brings it back. Repeated, it changes nothing."""
    row = connection_of(connection_id)
    if wanted.confirm.strip() != row.account_name.strip():
        raise errors.invalid({"confirm": f"Give the account's name exactly: {row.account_name.strip()}"})
    return showing_care.left(disconnecting.disconnect(row, caller_of(request).actor))


@router.post(
    "/connections/{int:connection_id}/delete-data",
    response=answers({202: shapes.Left}, 404, 409, takes_body=True),
    summary="Delete the kept data now",
)
def delete_data(request: HttpRequest, connection_id: int, wanted: Delete) -> Status[shapes.Left]:
    """Delete everything that was kept after disconnecting, at once and for good. Nothing is deleted at the vendor."""
    row, caller = connection_of(connection_id), caller_of(request)
    if row.state != Connection.State.DISCONNECTED:
        raise errors.ApiError(
            409, "still_connected", "The connection is in use.", "Disconnect it first with POST .../disconnect."
        )
    try:
        retention.delete_at_once(caller.practice, row, wanted.confirm, caller.actor)
    except retention.NameDoesNotMatch as error:
        raise errors.invalid({"confirm": str(error)}) from None
    except retention.NotToBeDeleted as error:
        raise errors.ApiError(409, "still_connected", str(error), "Disconnect it again first.") from None
    row.refresh_from_db()
    return Status(202, showing_care.left(row))
