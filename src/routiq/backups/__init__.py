"""Backups of the whole database, each under a key of its own (docs/adr/026).

A key is destroyed after so many days, and with it everything that the backup held: that is how deletion reaches
backups (V8, APP 11). ``shelf`` knows what there is, ``making`` makes one, ``restoring`` fills an empty database from
one, ``coming_back`` sees to it that a restored installation does nothing a second time.
"""
