"""Malicious inputs for every parser of untrusted data.

    python -m fuzz --minutes 60              all targets in turn
    python -m fuzz page pdf --minutes 5      these
    python -m fuzz --replay FILE ...         seeds/TARGET/NAME once more

See docs/reliability.md.
"""
