"""Pin every dependency with its hashes, for all supported Pythons, into the files beside this one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
COMMON = [
    "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-emit-index-url", "--quiet",
]  # fmt: skip


def pin(output: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", *COMMON, *arguments, "-o", str(HERE / output)]
    subprocess.run(command, check=True, cwd=HERE.parent)


if __name__ == "__main__":
    pin("dev.txt", "pyproject.toml", "--extra", "dev", "--extra", "journeys", "--extra", "llm", "--upgrade")
    pin("run.txt", "pyproject.toml", "-c", "requirements/dev.txt")
    pin("llm.txt", "pyproject.toml", "--extra", "llm", "-c", "requirements/dev.txt")
    pin("build.txt", "requirements/build.in", "-c", "requirements/dev.txt")
    pin("bench.txt", "requirements/bench.in")
