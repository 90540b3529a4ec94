"""The room's door: a conversation starts, and something is said in it. A turn is words in, reply and actions out.

Turns of one conversation are served one after the other, by a lock that belongs to the database session: it is held
while the practice management system is asked, without a transaction, and a crash lets go of it. What was said and
what is remembered are stored together, in one transaction, once the turn is done.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import IntegrityError, transaction
from django.db import connection as database

from routiq.connections import attention
from routiq.frontdesk.rehearsing import nothing_is_written
from routiq.frontdesk.waiting import Alarm, At, Tell, timer, told_of_waits
from routiq.pms.overhearing import Asked, overheard
from routiq.practices import audit, live
from routiq.practices.audit import Actor
from routiq.practices.live import announce
from routiq.practices.statements import rows_of
from routiq.practices.tenancy import current_practice_id
from routiq.robyn import memory as memories
from routiq.robyn import reading, taking_over, wording
from routiq.robyn.answers import Knowledge
from routiq.robyn.clock import Clock, system_clock
from routiq.robyn.desk import Desk, FrontDesk, PracticeFacts
from routiq.robyn.flows import dispatch, handover
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.inside import SHOWN_ON, inside
from routiq.robyn.knowing import PracticeKnowledge
from routiq.robyn.language import speaking
from routiq.robyn.masking import mask
from routiq.robyn.memory import Memory, on_table, read_back
from routiq.robyn.models import Conversation, Rehearsal
from routiq.robyn.models import Turn as StoredTurn
from routiq.robyn.rehearsing.desk import RehearsalDesk, clock_of
from routiq.robyn.turns import Busy, one_at_a_time
from routiq.robyn.understanding import safety
from routiq.robyn.understanding.commands import Command, Emergency, SentPicture, as_plain
from routiq.robyn.understanding.reader import NO_MENU, Context, Question, Understanding
from routiq.robyn.understanding.words import normalise

REHEARSAL = "rehearsal"
"""The channel of talks in which nothing is written."""
FURTHEST = timedelta(days=90)
"""So far ahead may a rehearsal pretend to be."""
LONGEST = 1000
"""Characters of one utterance."""
LONGEST_READ = 10_000
"""So far a text that is too long is still looked through for what is urgent (V1)."""
MOST_PICTURES = 20


class ConversationError(Exception):
    """Something was said that cannot be served. ``message`` and ``advice`` are shown on screen."""

    def __init__(self, code: str, message: str, advice: str) -> None:
        super().__init__(message)
        self.code = code
        """``unknown``, ``ended``, ``empty``, ``too_long``, ``busy``."""
        self.message = message
        self.advice = advice


@dataclass(frozen=True)
class Reply:
    conversation_id: int
    text: str
    commands: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = False
    filler: str = ""
    """What was said before ``text``, because that took a moment."""
    taken_by: str = ""
    """``person:3`` who answers instead of Robyn: then ``text`` is empty, and their answer is a turn of its own."""


def start(
    channel: str,
    caller_number: str,
    *,
    desk: Desk | None = None,
    clock: Clock = system_clock,
    moment: datetime | None = None,
) -> Reply:
    """Begin a conversation for the practice in force and greet.

    ``caller_number`` in any format, empty when withheld. On the channel ``rehearsal`` nothing is written, and it is
    pretended to be ``moment`` (aware; now unless told).
    """
    began = time.monotonic()
    with transaction.atomic():
        row = Conversation.objects.create(
            practice_id=current_practice_id(),
            channel=channel,
            caller_number=caller_number[:40],
            started_at=clock(),
            last_turn_at=clock(),
        )
        if channel == REHEARSAL:
            at = moment or row.started_at
            Rehearsal.objects.create(practice_id=row.practice_id, conversation=row, moment=at)
    memory = Memory(caller=caller_number[:40])
    with _place_of(row, desk, clock) as (desk, told_clock), overheard() as asked:
        practice = desk.practice()
        turn = _turn(row, "", memory, desk, practice, (), Context(told_clock().astimezone(practice.zone)))
        with speaking(practice.language, channel):
            said = dispatch.greet(turn)
        return _store(row, 0, turn, said, clock, began, asked)


@contextmanager
def _place_of(row: Conversation, desk: Desk | None, clock: Clock) -> Iterator[tuple[Desk, Clock]]:
    """The desk of a conversation, and what time it is there. Within a rehearsal nothing can be written."""
    if row.channel != REHEARSAL:
        yield desk or FrontDesk(), clock
        return
    rehearsal = Rehearsal.objects.select_related("conversation").get(conversation=row)
    pretended = clock_of(rehearsal, clock)
    with nothing_is_written():
        yield RehearsalDesk(rehearsal, pretended, desk), pretended


def say(
    conversation_id: int,
    text: str,
    *,
    desk: Desk | None = None,
    clock: Clock = system_clock,
    understanding: Understanding | None = None,
    knowledge: Knowledge | None = None,
    on_waiting: Callable[[str], None] | None = None,
    alarm: Alarm = timer,
    pictures: int = 0,
) -> Reply:
    """The patient's words in, Robyn's reply out. Call it outside a transaction: it may book.

    ``on_waiting`` is given a short sentence to say meanwhile, once and from another thread, when the reply takes more
    than 800 ms. ``pictures`` is how many came with the words; a picture may come without any (CH-06). Card numbers
    are covered before anything reads or stores the words (V9). While a person has taken over, Robyn is silent.

    Raises :class:`ConversationError` for words or conversations that cannot be served.
    """
    began = time.monotonic()
    words = mask(text.replace("\x00", "").strip())
    if not words and not pictures:
        raise ConversationError("empty", "Nothing was said.", "Type what the patient says, then send it.")
    if len(words) > LONGEST and not safety.red_flag(normalise(words[:LONGEST_READ])):
        raise ConversationError(
            "too_long", f"That is longer than {LONGEST} characters.", "Say it in fewer words, or in several turns."
        )
    try:
        with one_at_a_time(conversation_id):
            row, number = _open(conversation_id)
            taking_over.lapse(row, clock())
            memory = memories.from_state(row.state)
            with _place_of(row, desk, clock) as (desk, told_clock), overheard() as asked:
                practice = desk.practice()
                context = _context(memory, desk, practice, told_clock)
                reader = understanding or reading.understanding(practice.manner.asks_model)
                commands = reader.read(words[:LONGEST_READ], context) if words else (SentPicture(),)
                turn = _turn(row, words[:LONGEST], memory, desk, practice, commands, context)
                turn.knowledge = knowledge or PracticeKnowledge(row.channel, row.pk, told_clock)
                with (
                    speaking(practice.language, row.channel),
                    told_of_waits(_say_meanwhile(row, turn, on_waiting), alarm=alarm),
                ):
                    said = _silent(turn) if row.taken_by else dispatch.answer(turn)
                return _store(row, number, turn, said, clock, began, asked, pictures)
    except Busy:
        raise _busy() from None


def speak_for(conversation_id: int, text: str, actor: Actor, *, clock: Clock = system_clock) -> None:
    """A person's words, out through the conversation's own channel; only who has taken it over may say any.

    Raises :class:`ConversationError`, and :class:`~routiq.robyn.taking_over.NotYours`.
    """
    words = text.replace("\x00", "").strip()
    if not words:
        raise ConversationError("empty", "Nothing was written.", "Write your answer, then send it.")
    try:
        with one_at_a_time(conversation_id), transaction.atomic():
            row, number = _open(conversation_id)
            taking_over.lapse(row, clock())
            if row.taken_by != str(actor):
                raise taking_over.NotYours(row.taken_by)
            at = clock()
            StoredTurn.objects.create(
                practice_id=row.practice_id,
                conversation=row,
                number=number,
                said=words[:LONGEST],
                said_by=str(actor),
                at=at,
            )
            Conversation.objects.filter(pk=row.pk).update(last_turn_at=at)
            audit.record(actor, "conversation.replied", f"conversation:{row.pk}", characters=len(words))
            announce(row.practice_id, "conversation")
    except Busy:
        raise _busy() from None


def _silent(turn: Turn) -> Said:
    """A person answers. What Robyn still does is what must never wait for anybody (V1)."""
    flag = turn.first(Emergency)
    return handover.emergency(turn, flag) if flag else Said("")


def hang_up(conversation_id: int, *, desk: Desk | None = None, clock: Clock = system_clock) -> None:
    """The caller is gone. What was held for them is free at once, also while Robyn is still answering; what she was
    told to book already is carried out. Done twice it is done once. :class:`ConversationError` when there is no such
    conversation."""
    row = Conversation.objects.filter(practice_id=current_practice_id(), pk=conversation_id).first()
    if row is None:
        raise _unknown()
    with transaction.atomic():
        Conversation.objects.filter(pk=row.pk, ended_at=None).update(ended_at=clock())
        announce(row.practice_id, "conversation")
    with _place_of(row, desk, clock) as (desk, _):
        desk.hung_up(f"conversation:{row.pk}")


def _say_meanwhile(row: Conversation, turn: Turn, on_waiting: Callable[[str], None] | None) -> Tell:
    """Keep the sentence where open pages show it, and give it to the channel."""

    def tell(what: At) -> None:
        turn.filler = str(wording.ONE_MOMENT if what is At.LOOKING else wording.ONE_MOMENT_WRITING)
        Conversation.objects.filter(pk=row.pk).update(filler=turn.filler)
        announce(row.practice_id, "conversation")
        if on_waiting is not None:
            on_waiting(turn.filler)

    return tell


# What every turn asks is put as it is: Django would need as long to write such a statement as the database to answer.
_WITH_LAST_NUMBER = """
SELECT c.*, (SELECT max(t.number) FROM robyn_turn t WHERE t.conversation_id = c.id) AS last
FROM robyn_conversation c WHERE c.practice_id = %(practice)s AND c.id = %(id)s
"""
#: Somebody is on the line: what changes at the practice now should be here at once.
_STORE = f"""
WITH watched AS ({attention.WATCH}),
stored AS (
  INSERT INTO robyn_turn (practice_id, conversation_id, number, heard, filler, said, said_by, pictures, commands,
    actions, inside, took_ms, at)
  VALUES (%(practice)s, %(id)s, %(number)s, %(heard)s, %(filler)s, %(said)s, '', %(pictures)s, %(commands)s,
    %(actions)s, %(inside)s, %(took_ms)s, %(at)s)
)
UPDATE robyn_conversation
SET state = %(state)s, last_turn_at = %(at)s, ended_at = COALESCE(ended_at, %(ended_at)s), filler = '',
  booking_id = COALESCE(%(booking_id)s, booking_id)
WHERE practice_id = %(practice)s AND id = %(id)s RETURNING ended_at, {live.TELL}
"""


def _open(conversation_id: int) -> tuple[Conversation, int]:
    """The conversation, and the number of its next turn."""
    values = {"practice": current_practice_id(), "id": conversation_id}
    row = next(iter(rows_of(Conversation, _WITH_LAST_NUMBER, values)), None)
    if row is None:
        raise _unknown()
    if row.ended_at is not None:
        raise ConversationError("ended", "This conversation has ended.", "Start a new conversation.")
    return row, (row.last or 0) + 1  # type: ignore[attr-defined]


def _context(memory: Memory, desk: Desk, practice: PracticeFacts, clock: Clock) -> Context:
    names: tuple[str, ...] = ()
    if practice.live and memory.question in {Question.WHO, Question.FULL_NAME}:
        patients = desk.recognise_caller(memory.caller).patients
        names = tuple({name for patient in patients for name in (patient.first_name, patient.called) if name})
    return Context(
        now=clock().astimezone(practice.zone),
        question=memory.question,
        menu=desk.menu() if practice.live else NO_MENU,
        offers=on_table(memory),
        names=names,
        read_back=read_back(memory),
    )


def _turn(
    row: Conversation,
    words: str,
    memory: Memory,
    desk: Desk,
    practice: PracticeFacts,
    commands: tuple[Command, ...],
    context: Context,
) -> Turn:
    def keep() -> None:
        Conversation.objects.filter(pk=row.pk).update(state=memories.to_state(memory))

    return Turn(row.pk, row.channel, words, memory, desk, practice, context, commands, keep)


def _store(
    row: Conversation,
    number: int,
    turn: Turn,
    said: Said,
    clock: Clock,
    began: float,
    asked: Sequence[Asked],
    pictures: int = 0,
) -> Reply:
    """The turn and what is remembered, together. The number is unique: a turn that lost its lock cannot be stored
    over another one."""
    turn.memory.last_said = said.text or turn.memory.last_said
    commands, at = as_plain(turn.commands), clock()
    values = {
        "practice": row.practice_id,
        "id": row.pk,
        "number": number,
        "heard": turn.heard,
        "filler": turn.filler,
        "said": said.text,
        "pictures": min(pictures, MOST_PICTURES),
        "commands": json.dumps(commands),
        "actions": json.dumps(turn.actions),
        "inside": json.dumps(inside(turn.memory, asked) if row.channel in SHOWN_ON else {}),
        "took_ms": int((time.monotonic() - began) * 1000),
        "at": at,
        "state": json.dumps(memories.to_state(turn.memory)),
        "ended_at": at if said.ended else None,
        "booking_id": (turn.memory.booking_id if row.channel != REHEARSAL else "") or None,
        **attention.values_of_watch(),
        **live.values_of_tell(row.practice_id, "conversation"),
    }
    row.ended_at = _keep(values)
    if row.ended_at is not None:
        turn.desk.hung_up(turn.who)
    elif turn.held and not turn.memory.chosen:
        # Nothing is being thought about any more.
        turn.desk.let_go(turn.who)
    return Reply(row.pk, said.text, commands, turn.actions, row.ended_at is not None, turn.filler, row.taken_by)


def _keep(values: dict[str, Any]) -> datetime | None:
    """When the conversation ended: by what was said, or because somebody hung up meanwhile."""
    try:
        with database.cursor() as cursor:
            cursor.execute(_STORE, values)
            ended_at: datetime | None = cursor.fetchone()[0]
    except IntegrityError as error:
        if isinstance(error.__cause__, psycopg.errors.ForeignKeyViolation):
            raise _unknown() from None  # It was deleted meanwhile.
        raise _busy() from None
    return ended_at


def _unknown() -> ConversationError:
    return ConversationError("unknown", "There is no such conversation.", "Start a new conversation.")


def _busy() -> ConversationError:
    return ConversationError("busy", "Robyn is still answering.", "Wait for her answer, then say it again.")
