"""Talks in which nothing is written: a pretended moment, a desk that answers writes itself, and the scenarios made of
them. Why so is in ``docs/adr/022-a-rehearsal-writes-nothing.md``."""
