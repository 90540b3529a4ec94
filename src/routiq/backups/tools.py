"""PostgreSQL's own ``pg_dump`` and ``pg_restore``: where they are, whether they fit the server, and running them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from routiq import embedded

#: From this version on ``pg_restore`` sets what older servers do not know.
_NEWER_SETTINGS = 17


class ToolMissing(Exception):
    """There is no fitting program on this machine. The text says which to install."""


class ToolFailed(Exception):
    """It ended with an error; the text is the first line that it said."""


@dataclass(frozen=True)
class Tools:
    """``pg_dump`` and ``pg_restore`` of one version."""

    folder: Path

    @property
    def dump(self) -> str:
        return str(self.folder / "pg_dump")

    @property
    def restore(self) -> str:
        return str(self.folder / "pg_restore")

    @property
    def version(self) -> int:
        """``18``"""
        said = subprocess.run([self.dump, "--version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"\) (\d+)", said)
        return int(found[1]) if found else 0


def tools_for(server: int, *, embedded_server: bool, restoring: bool = False) -> Tools:
    """Those that fit a server of this version: the embedded server's own, or what stands on ``PATH``.
    ``ToolMissing``."""
    found = shutil.which("pg_dump", path=str(embedded.programs()) if embedded_server else None)
    if found is None or not (Path(found).parent / "pg_restore").exists():
        raise ToolMissing(f"pg_dump and pg_restore are not on PATH: {_install(server)}")
    tools = Tools(Path(found).parent)
    version = tools.version
    too_old = version < server
    too_new = restoring and version >= _NEWER_SETTINGS > server
    if too_old or too_new:
        raise ToolMissing(
            f"{found} is version {version} and the server is version {server}, which do not work together: "
            f"{_install(server)}"
        )
    return tools


def _install(server: int) -> str:
    return (
        f"install PostgreSQL's client programs of version {server} (postgresql-client-{server} on Debian) and put "
        "their folder first on PATH."
    )


@contextmanager
def running(command: list[str], url: str, *, into: bool = False) -> Iterator[IO[bytes]]:
    """Run it on the database at ``url``; yields what it writes, or with ``into`` what it reads. It is killed when
    the block is left by an error. ``ToolFailed`` at the end, unless it ended well.

    The password is no argument, where other users of the machine could read it.
    """
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    secret = {"PGPASSWORD": str(password)} if password else {}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, "--no-password", f"--dbname={make_conninfo('', **parts)}"],
            env={**os.environ, **secret},
            stdin=subprocess.PIPE if into else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if into else subprocess.PIPE,
            stderr=said,
        )
        stream = process.stdin if into else process.stdout
        assert stream is not None
        try:
            yield stream
            stream.close()
        except BrokenPipeError:
            pass  # It went first: its own words say why.
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.wait() != 0:
            raise ToolFailed(_first_line(said))


def _first_line(said: IO[bytes]) -> str:
    """What follows may quote rows."""
    said.seek(0)
    lines = said.read(100_000).decode(errors="replace").splitlines()
    errors = [line for line in lines if "error:" in line]
    return (errors or lines or ["it said nothing"])[0][:500]
