"""Numbers, each a command: ``python -m bench`` for all, ``python -m bench sync_paced`` for one."""
