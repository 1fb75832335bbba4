"""Bytes into documents: `read` for what a source gave, `read_file` and `read_records` for files.

Pure: no network, no store, no clock.
"""

from tracker.parse.files import read_file, read_records
from tracker.parse.reader import read

__all__ = ["read", "read_file", "read_records"]
