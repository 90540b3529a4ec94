"""What pages say about Cliniko: how to connect it, which switches matter, what to try when something is
off."""

from __future__ import annotations

from routiq.pms.gateway import Guide, GuideStep, RegionChoice, Switch

_ONLINE_BOOKINGS = Switch(
    scope="account",
    label="Allow your patients to book appointments online",
    path=("Settings", "Appointments", "Online bookings"),
)
_PRACTITIONER = Switch(
    scope="practitioner",
    label="Show this practitioner in online bookings",
    path=("Settings", "Our clinic", "Users & practitioners"),
)
_LOCATION = Switch(
    scope="location",
    label="Display this business in online bookings",
    path=("Settings", "Our clinic", "Business information"),
)

GUIDE = Guide(
    vendor="cliniko",
    label="Cliniko",
    prerequisites=(
        "Administrator access to your Cliniko account.",
        "API access in Cliniko: paid plans have it from the start.",
        "Online bookings switched on in Cliniko. They decide which times Robyn may offer: while they are off, "
        "nothing can be booked, however empty the calendar is.",
    ),
    key_steps=(
        GuideStep(
            title="Find your shard",
            lines=(
                "Cliniko keeps each account on one regional server, the shard.",
                "Look at the address in your browser while you are logged in, and select the same one here.",
                "Yours is not in the list? Select “Other (from the key)”: the end of the key names it.",
            ),
        ),
        GuideStep(
            title="Open your API keys",
            lines=("Log in to Cliniko as an administrator.", "Your name is at the top right."),
            path=("My Info", "API Keys"),
        ),
        GuideStep(
            title="Create the key",
            lines=("Choose New API Key.", "Name it Routiq Integration."),
            path=("My Info", "API Keys", "New API Key"),
        ),
        GuideStep(
            title="Copy it at once",
            lines=(
                "Cliniko shows the key only this one time.",
                "If it gets lost, create another: the old one stays valid until you revoke it.",
                "The key opens the whole account. Treat it like a password.",
            ),
        ),
    ),
    online_booking_steps=(
        GuideStep(
            title="For the practice",
            lines=(f"Switch on “{_ONLINE_BOOKINGS.label}”.",),
            path=_ONLINE_BOOKINGS.path,
        ),
        GuideStep(
            title="For each practitioner",
            lines=(f"Switch on “{_PRACTITIONER.label}”.",),
            path=_PRACTITIONER.path,
        ),
        GuideStep(
            title="For each location",
            lines=(
                f"Switch on “{_LOCATION.label}”.",
                "All three are needed; any one that is off stops bookings.",
            ),
            path=_LOCATION.path,
        ),
    ),
    switches=(_ONLINE_BOOKINGS, _PRACTITIONER, _LOCATION),
    regions=(
        RegionChoice("au1", "au1.cliniko.com"),
        RegionChoice("au2", "au2.cliniko.com"),
        RegionChoice("au3", "au3.cliniko.com"),
        RegionChoice("au4", "au4.cliniko.com"),
        RegionChoice("uk1", "uk.cliniko.com"),
        RegionChoice("us1", "us.cliniko.com"),
        RegionChoice("", "Other (from the key)"),
    ),
    key_help=(
        "Extra spaces: copy the key again in one piece and paste it without changing anything.",
        "A revoked key: create a new one under My Info > API Keys.",
        "The wrong shard: compare your selection with Cliniko's address in your browser.",
    ),
    no_times_help=(
        "Usually online bookings are not switched on everywhere. Check all three switches in Cliniko: for the "
        "practice, for each practitioner, and for each location.",
        "The appointment type must be shown in online bookings too, and the practitioner must offer it there.",
        "Cliniko's own rules thin out the times: notice, days ahead, and how many per part of the day.",
    ),
    permissions=(
        "Reads patients, appointments, practitioners, treatment types, locations and online-booking rules.",
        "Writes appointments: books, moves and cancels them; registers new patients.",
        "Subscribes to webhooks for changes as they happen.",
        "Neither reads nor writes clinical notes, files or anything else that is not administration.",
    ),
    rotate_steps=(
        "Create a new key in Cliniko.",
        "In Routiq, open Settings > Integrations > Cliniko > Update API Key.",
        "Paste the new key and save. It takes over at once, nothing is lost, and webhooks register again by "
        "themselves.",
        "Then revoke the old key in Cliniko.",
    ),
    disconnect_warning=(
        "Disconnecting Cliniko stops Robyn from booking, halts all outbound sequences and pauses every active recall "
        "campaign. Patient data is kept for 30 days and then deleted."
    ),
    webhook_help=(
        "Open Settings > Integrations > Cliniko > Webhook Logs. The latest failures are at the top.",
        "Failures there? Choose Re-register Webhooks: the old registrations are replaced by new ones.",
        "Still failing? Create a new key in Cliniko and save it under Update API Key: that usually fixes it.",
        "Nothing is missed meanwhile: Routiq also asks Cliniko by itself what has changed, and compares everything "
        "once a night.",
    ),
)
