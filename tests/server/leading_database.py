"""Runs server/leader.py as a release does, with Django and a PostgreSQL: for test_leader_lock.py.

    python leading_database.py URL-OF-A-DATABASE PROGRAM COMMAND...

`PROGRAM` is server/leader.py. With the command `settings` it prints what both ends of its session have set.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from urllib.parse import urlsplit

from django.conf import settings

ASKED = ("tcp_user_timeout", "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")


def main(url: str, program: str, *command: str) -> int:
    """Leads; gives the command's exit code."""
    parts = urlsplit(url)
    place = {"HOST": parts.hostname, "PORT": parts.port, "USER": parts.username, "PASSWORD": parts.password}
    engine = {"ENGINE": "django.db.backends.postgresql", "NAME": parts.path[1:]}
    settings.configure(DATABASES={"default": {**engine, **place}})
    spec = importlib.util.spec_from_file_location("leader", program)
    assert spec is not None
    assert spec.loader is not None
    leader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(leader)
    lock = leader.DatabaseLock()
    if command == ("settings",):
        lock.held()
        from django.db import connection

        with connection.cursor() as cursor:
            found = {}
            for name in ASKED:
                cursor.execute(f"SHOW {name}")
                found[name] = cursor.fetchone()[0]
        client = connection.connection.info.get_parameters()
        print(json.dumps({"server": found, "client": {name: client.get(name) for name in leader.CLIENT}}))
        return 0
    return int(leader.lead(lock, command, pause=0.1))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
