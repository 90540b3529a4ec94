"""What a patient asked for so far, in words for staff."""

from __future__ import annotations

from routiq.robyn.flows.turn import Turn
from routiq.robyn.language import in_source
from routiq.robyn.memory import Window
from routiq.robyn.wording.moments import spoken_day, spoken_start


@in_source
def wanted(turn: Turn) -> str:
    """What was asked for so far, for staff."""
    memory, menu = turn.memory, turn.context.menu
    names = {
        choice.id: choice.name
        for group in (menu.appointment_types, menu.practitioners, menu.locations)
        for choice in group
    }
    want = memory.want
    others = [f"and an appointment for {len(memory.queue)} more"] if memory.queue else []
    said = [names[id] for id in (want.appointment_type_id, want.practitioner_id, want.location_id) if id in names]
    if chosen := memory.offer(memory.chosen):
        time = chosen.time
        said += [time.appointment_type_name, time.practitioner_name, time.location_name, spoken_start(time)]
        return ", ".join([*dict.fromkeys(said), *others])
    return ", ".join([*said, *filter(None, map(window_said, want.windows)), *others])


@in_source
def window_said(window: Window) -> str:
    """Days and times in words, for staff."""
    said = [spoken_day(day) for day in window.days]
    if window.first_day:
        said.append(f"from {spoken_day(window.first_day)}")
    if window.last_day:
        said.append(f"until {spoken_day(window.last_day)}")
    if window.at:
        said.append(f"at {window.at:%H:%M}")
    elif window.not_before or window.not_after:
        earliest = f"from {window.not_before:%H:%M}" if window.not_before else ""
        said.append(f"{earliest} {f'until {window.not_after:%H:%M}' if window.not_after else ''}".strip())
    return ", ".join(said)
