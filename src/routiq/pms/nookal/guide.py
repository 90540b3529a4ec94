"""What pages say about Nookal: how to connect it, what must be switched on, what to try when something is off."""

from __future__ import annotations

from routiq.pms.gateway import Guide, GuideStep, Switch

_API_KEYS = ("Practice", "Setup", "API Keys")

_PRACTITIONER = Switch(
    scope="practitioner",
    label="Enabled for online booking, active and shown in the diary",
    path=("Practice", "Setup", "Practitioners"),
)
_LOCATION = Switch(
    scope="location",
    label="Ticked for the API key",
    path=_API_KEYS,
)
_SERVICE = Switch(
    scope="appointment_type",
    label="Enabled for online booking, active and offered at the location",
    path=("Practice", "Setup", "Services"),
)

GUIDE = Guide(
    vendor="nookal",
    label="Nookal",
    prerequisites=(
        "Administrator access to your Nookal account.",
        "API access in Nookal: paid plans have it.",
        "The list of locations that Robyn shall book into: a key opens only those that are ticked for it.",
    ),
    key_steps=(
        GuideStep(
            title="Open your API keys",
            lines=(
                "Log in to Nookal as an administrator.",
                "In older accounts they are under Setup > Connections > API Keys.",
            ),
            path=_API_KEYS,
        ),
        GuideStep(
            title="Generate the key",
            lines=(
                "Choose Generate API Key.",
                "Tick every location that Robyn shall book into. One that is not ticked stays hidden from her.",
                "Each program should have a key of its own: make one for Routiq alone.",
            ),
            path=(*_API_KEYS, "Generate API Key"),
        ),
        GuideStep(
            title="Switch it on and name it",
            lines=("Switch Status to Enabled.", "Write “Routiq Integration” into the note."),
        ),
        GuideStep(
            title="Save, then copy",
            lines=(
                "Choose Save Changes, then copy the key.",
                "The key opens everything in its locations. Treat it like a password.",
            ),
        ),
    ),
    online_booking_steps=(
        GuideStep(
            title="For each practitioner",
            lines=("The practitioner must work at the location, be active, and be enabled for online booking.",),
            path=_PRACTITIONER.path,
        ),
        GuideStep(
            title="For each service",
            lines=("The service must exist at the location, be active, and be enabled for online booking.",),
            path=_SERVICE.path,
        ),
        GuideStep(
            title="For each location",
            lines=("The location must be ticked for the key.",),
            path=_LOCATION.path,
        ),
    ),
    switches=(_PRACTITIONER, _LOCATION, _SERVICE),
    regions=(),
    key_help=(
        "A disabled key: check in Nookal that its Status is Enabled. After switching it on again, wait about 30 "
        "seconds and try once more.",
        "Extra spaces: copy the key again in one piece and paste it without changing anything.",
        "A missing location: edit the key in Nookal, tick the location and choose Save Changes.",
    ),
    no_times_help=(
        "The practitioner and the service must both exist at the location and be enabled for online booking in "
        "Nookal.",
        "The location must be ticked for the API key: edit the key in Nookal, tick it and choose Save Changes.",
        "The practitioner must have free time in the Nookal diary that is as long as the service.",
    ),
    permissions=(
        "Reads patients, appointments, classes, events, practitioners, services, locations and the waiting list.",
        "Reads invoices and payments, for owners and reception.",
        "Writes appointments: books, moves and cancels them; registers new patients.",
        "Reads treatment notes only when you switch that on, during a conversation, and stores none of them.",
        "Everything only in the locations that are ticked for the key.",
    ),
    rotate_steps=(
        "Generate a new key in Nookal, with the same locations ticked and Status Enabled.",
        "In Routiq, open Settings > Integrations > Nookal > Update API Key.",
        "Paste the new key and save. It takes over at once and nothing is lost.",
        "When Routiq says that it works, disable the old key in Nookal.",
    ),
    scope_help=(
        "Is a location missing? In Nookal, open Practice > Setup > API Keys, edit the key and tick it, then choose "
        "Save Changes. The location appears here after Sync Now.",
    ),
    patient_help=(
        "While the first sync runs, patients are still coming.",
        "Check in Nookal that the patient is Alive: deceased patients are left out of this list until you ask for "
        "them.",
        "A patient of a location that is not ticked for the key stays hidden: edit the key in Nookal and tick it.",
    ),
    disconnect_warning=(
        "Disconnecting Nookal stops Robyn from booking, halts all outbound sequences and pauses every active recall "
        "campaign for this integration. Patient data is kept for 30 days and then deleted."
    ),
)
