"""Asking a server that speaks OpenAI's protocol, here or elsewhere. Needs ``routiq[llm]``.

One thread of its own runs the requests of all conversations, so that connections are shared and a turn can give up
on the second: however slowly an answer drips, nobody waits longer than ``seconds``.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from typing import TYPE_CHECKING, Any

from routiq.practices.sessions import give_back
from routiq.robyn.understanding.model import NoAnswer
from routiq.robyn.understanding.telling_model import INSTRUCTIONS, Told

if TYPE_CHECKING:
    from pydantic_ai.models import Model as AnyModel

NO_KEY = "none"
"""Servers of one's own want none, but the protocol has a place for it."""
LONGEST_ANSWER = 600
"""Tokens."""
_ROOM = 0.05
"""Seconds that a turn gives the thread to say itself that it was late."""


class ModelServer:
    """Implements :class:`~routiq.robyn.understanding.model.Model`."""

    def __init__(
        self, url: str, name: str, key: str = "", *, seconds: float = 1.5, model: AnyModel | None = None
    ) -> None:
        """``model``: one of pydantic-ai's own, instead of the server's."""
        self._url = url
        self._name = name
        self._key = key
        self._seconds = seconds
        self._model = model
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="model", daemon=True).start()

    def propose(self, what: Told) -> Any:
        asked = asyncio.run_coroutine_threadsafe(self._propose(what), self._loop)
        give_back()
        try:
            return asked.result(self._seconds + _ROOM)
        except Late:
            asked.cancel()
            raise NoAnswer("late") from None

    def load(self) -> Future[None]:
        """The library, which takes seconds: until then callers get the rules."""
        return asyncio.run_coroutine_threadsafe(self._load(), self._loop)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _load(self) -> None:
        self._chosen()

    async def _propose(self, what: Told) -> Any:
        # The library takes seconds to import, the first time: in this thread, where no caller waits for it.
        from pydantic_ai import Agent, NativeOutput, StructuredDict, UsageLimits
        from pydantic_ai.exceptions import (
            AgentRunError,
            ModelAPIError,
            ModelHTTPError,
            UserError,
        )

        output = NativeOutput(StructuredDict(what.schema, name="commands"))
        agent = Agent(
            self._chosen(),
            output_type=output,
            instructions=INSTRUCTIONS,
            retries=0,
            model_settings={"temperature": 0.0, "max_tokens": LONGEST_ANSWER, "timeout": self._seconds},
        )
        try:
            async with asyncio.timeout(self._seconds):
                run = await agent.run(what.message, usage_limits=UsageLimits(request_limit=1))
        except TimeoutError:
            raise NoAnswer("late") from None
        except ModelHTTPError:
            raise NoAnswer("refused") from None
        except ModelAPIError:
            raise NoAnswer("unreachable") from None
        except AgentRunError:
            raise NoAnswer("schema") from None
        except UserError:
            raise NoAnswer("refused") from None
        except Exception as error:
            # A server may answer anything, and the library raises what it likes; a turn never fails for it.
            raise NoAnswer(f"failed_{type(error).__name__}") from None
        return run.output.get("commands")

    def _chosen(self) -> AnyModel:
        if self._model is None:
            import httpx2
            from openai import AsyncOpenAI
            from pydantic_ai.models.openai import OpenAIChatModel
            from pydantic_ai.providers.openai import OpenAIProvider

            # Its debugging, when somebody turned it on for another program, would print what patients said.
            for library in ("openai", "httpx2", "pydantic_ai"):
                logging.getLogger(library).setLevel(logging.WARNING)
            client = AsyncOpenAI(
                base_url=self._url,
                api_key=self._key or NO_KEY,
                organization="",
                project="",
                max_retries=0,
                timeout=self._seconds,
                # Only this host is asked: no redirects; and what is here is reached without a proxy.
                http_client=httpx2.AsyncClient(follow_redirects=False, trust_env=self._url.startswith("https:")),
            )
            self._model = OpenAIChatModel(self._name, provider=OpenAIProvider(openai_client=client))
        return self._model
