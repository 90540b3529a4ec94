"""Which reader reads for the practice in force: the rules, or the rules and a model."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from routiq.environment import ModelServer as Chosen
from routiq.frontdesk.wishes import Choice, Menu
from routiq.robyn.understanding import allowed
from routiq.robyn.understanding.allowed import NotAllowed
from routiq.robyn.understanding.model import NoAnswer, WithModel
from routiq.robyn.understanding.model_server import ModelServer
from routiq.robyn.understanding.reader import Context, Understanding
from routiq.robyn.understanding.rules import Rules
from routiq.robyn.understanding.telling_model import told

_RULES = Rules()
_making = threading.Lock()
_with_model: dict[Chosen, WithModel] = {}
"""One a process: its connections and its rests are shared by all conversations."""


def understanding(asks_model: bool) -> Understanding:
    """``asks_model``: the practice lets words of its patients go to the model that was chosen, if one was."""
    chosen: Chosen = settings.MODEL
    return _reader(chosen) if chosen.url and asks_model else _RULES


def prepare() -> None:
    """Called when a process begins to serve, so that the first caller finds the model ready. Does not wait."""
    if settings.MODEL.url:
        _reader(settings.MODEL)


def _reader(chosen: Chosen) -> WithModel:
    with _making:
        if chosen not in _with_model:
            server = _server(chosen)
            server.load()
            _with_model[chosen] = WithModel(server)
        return _with_model[chosen]


def _server(chosen: Chosen) -> ModelServer:
    return ModelServer(chosen.url, chosen.name, chosen.key, seconds=chosen.seconds)


@dataclass(frozen=True)
class Trial:
    """What came of asking the model something invented."""

    host: str
    works: bool
    why: str = ""


def try_model(now: datetime) -> Trial | None:
    """Ask the model what invented words mean; ``None`` when none is chosen. ``now`` is aware."""
    chosen: Chosen = settings.MODEL
    if not chosen.url:
        return None
    context = Context(now, menu=Menu((Choice("p1", "Mina Example"),), (), ()))
    kinds = allowed.kinds(context, ())
    server = _server(chosen)
    try:
        server.load().result()
        allowed.checked(server.propose(told("I would like to come in next week", context, kinds)), kinds, context)
    except (NoAnswer, NotAllowed) as error:
        return Trial(chosen.host, False, str(error))
    finally:
        server.close()
    return Trial(chosen.host, True)
