"""Parameters of connections to PostgreSQL, for all that connect to it."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

CONNECT_SECONDS = 10
# A machine whose network is gone sends nothing, not even an end. Both sides find out within half a minute, so that the
# server releases the locks of the other side.
_CLIENT = {
    "connect_timeout": CONNECT_SECONDS, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}  # fmt: skip
_SERVER = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000"


def parameters(url: str, name: str = "tracker", options: str = "") -> dict[str, Any]:
    """What a connection needs beside its URL, whose own parameters win. `name` is seen in `pg_stat_activity`."""
    given = conninfo_to_dict(url)
    own = {key: value for key, value in _CLIENT.items() if key not in given}
    all_options = (_SERVER, options, str(given.get("options") or ""))
    return {"application_name": name, **own, "options": " ".join(filter(None, all_options))}


def conninfo(url: str, name: str) -> str:
    """The URL with these parameters."""
    return make_conninfo(url, **parameters(url, name))
