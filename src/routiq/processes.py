"""The product's processes: the web server, the worker, and the one that keeps both running."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Protocol

log = logging.getLogger("routiq.processes")

#: A child that ends sooner than this after its start is not simply started again, seconds.
TOO_SOON = 5.0
STOP_WITHIN = 20.0


def run_web(host: str, port: int) -> None:
    """Serve pages and API until asked to stop."""
    import uvicorn

    import routiq.asgi  # noqa: F401

    leave_alone_what_stays()
    # The server passes the signal on once it has shut down; then we still stop what we started.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    uvicorn.run(
        "routiq.asgi:application",
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=3,
        proxy_headers=False,
    )


def run_worker(concurrency: int) -> None:
    """Do jobs until asked to stop; then finish the page in work and leave the rest to the next worker."""
    asyncio.run(_work(concurrency))


async def _work(concurrency: int) -> None:
    from procrastinate.contrib.django import app

    from routiq.sync import engine

    leave_alone_what_stays()
    worker_app = app.with_connector(app.connector.get_worker_connector())
    async with worker_app.open_async():
        await _forget_dead_workers(worker_app)
        task = asyncio.create_task(
            worker_app.run_worker_async(
                concurrency=concurrency,
                install_signal_handlers=False,
                shutdown_graceful_timeout=STOP_WITHIN - 5,
                delete_jobs="successful",
            )
        )

        def stop() -> None:
            engine.stopping.set()
            task.cancel()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        await _start_what_waits(worker_app)
        log.info("worker ready")
        try:
            await task
        except asyncio.CancelledError:
            log.info("worker stopped")


def leave_alone_what_stays() -> None:
    """What is loaded at the start is there until the end: to search it again for what may go costs each time as much
    as many requests, in the middle of one."""
    gc.collect()
    gc.freeze()


async def _forget_dead_workers(worker_app: object) -> None:
    """Jobs of a worker that was killed are only marks: what they were about is taken up from its own state."""
    manager = worker_app.job_manager  # type: ignore[attr-defined]
    from procrastinate.jobs import Status

    for job in await manager.get_stalled_jobs():
        await manager.finish_job(job, status=Status.FAILED, delete_job=True)


async def _start_what_waits(worker_app: object) -> None:
    """Do now what the schedule would do some time later: what a crash left open, letters, texts and deletions that
    wait."""
    from procrastinate.exceptions import AlreadyEnqueued

    for name in (
        *("sync.keep_going", "frontdesk.settle", "practices.post_what_is_left"),
        *("messaging.send_due", "connections.retention"),
    ):
        try:
            await worker_app.tasks[name].defer_async(timestamp=int(time.time()))  # type: ignore[attr-defined]
        except AlreadyEnqueued:
            log.debug("already waiting", extra={"task": name})


class Beside(Protocol):
    def look(self) -> None:
        """Called several times a second; must not block."""

    def stop(self) -> None: ...


class Children:
    """Processes that belong together: when one ends it is started again, when we are asked to stop all are."""

    def __init__(
        self,
        commands: dict[str, Sequence[str]],
        once: frozenset[str] | set[str] = frozenset(),
        beside: Beside | None = None,
    ) -> None:
        """``once`` names those that end by themselves when their work is done; ``beside`` has something of its own to
        do from time to time."""
        self._commands = commands
        self._beside = beside
        self._once = once
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._began: dict[str, float] = {}
        self._stopping = False

    def run(self) -> int:
        """Until SIGTERM or SIGINT. Returns the exit status: 1 when a child could not stay up."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            return self._keep_up()
        finally:
            self._stop_all()

    def _keep_up(self) -> int:
        for name in self._commands:
            self._start(name)
        status = 0
        while not self._stopping:
            for name, child in list(self._running.items()):
                if child.poll() is not None:
                    if name in self._once and child.returncode == 0:
                        del self._running[name]
                        continue
                    if time.monotonic() - self._began[name] < TOO_SOON:
                        log.error("process cannot stay up", extra={"child": name})
                        status, self._stopping = 1, True
                        del self._running[name]
                        break
                    log.warning("process ended, starting it again", extra={"child": name})
                    self._start(name)
            if self._beside is not None:
                self._beside.look()
            time.sleep(0.2)
        return status

    def _start(self, name: str) -> None:
        self._began[name] = time.monotonic()
        # A session of its own: Ctrl-C reaches only us, and we stop the children in order.
        self._running[name] = subprocess.Popen(
            self._commands[name], start_new_session=True, preexec_fn=_end_with_the_parent
        )

    def _stop(self, number: int, frame: object) -> None:
        self._stopping = True

    def _stop_all(self) -> None:
        if self._beside is not None:
            self._beside.stop()
        for child in self._running.values():
            child.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for child in self._running.values():
            try:
                child.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _end_with_the_parent() -> None:
    """Should we be killed outright, the kernel asks the child to stop (Linux only; elsewhere it stays up)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def routiq_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "routiq.cli", *arguments]
