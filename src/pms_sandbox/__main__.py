"""``python -m pms_sandbox`` is the same as ``pms-sandbox``."""

from pms_sandbox.cli import main

main()
