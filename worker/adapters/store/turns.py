"""Hosts are taken in turns by all machines: a leased row for each host, by the database's clock.

A queue's lock orders works, it does not pace them, and a redirect leads to hosts that no lock was
taken for. Whoever dies with a turn loses it when its lease ends; one that lies over a minute too far
ahead was written before the database's clock was set back.
"""

from __future__ import annotations

from sqlalchemy import text

from worker.adapters.store.engine import Database

_TAKE = text("""
    INSERT INTO host_turn (name, token, lease_until, next_at)
    VALUES (:host, :token, clock_timestamp() + make_interval(secs => :lease),
            clock_timestamp() + make_interval(secs => :interval))
    ON CONFLICT (name) DO UPDATE SET token = excluded.token,
        lease_until = excluded.lease_until, next_at = excluded.next_at
    WHERE (host_turn.lease_until <= clock_timestamp() AND host_turn.next_at <= clock_timestamp())
    OR host_turn.lease_until > clock_timestamp() + make_interval(secs => :lease + 60)
    OR host_turn.next_at > clock_timestamp() + make_interval(secs => :interval + 60)
""")
_WAIT = text("""
    SELECT lease_until > clock_timestamp(), extract(epoch FROM next_at - clock_timestamp())::float8
    FROM host_turn WHERE name = :host
""")
_LEAVE = text("""
    UPDATE host_turn SET lease_until = clock_timestamp() WHERE name = :host AND token = :token
""")
#: How soon to ask again for a host that another request holds, in seconds.
SOON = 0.1


class Turns:
    """The host_turn table; PostgreSQL only."""

    def __init__(self, database: Database):
        self._database = database

    def take(self, host: str, token: str, *, lease: float, interval: float) -> float:
        """Take the turn at ``host`` for ``lease`` seconds; 0, else the seconds to wait.

        The next turn begins at least ``interval`` seconds after this one.
        """
        values = {"host": host, "token": token, "lease": lease, "interval": interval}
        with self._database.write() as connection:
            if connection.execute(_TAKE, values).rowcount == 1:
                return 0.0
            held, pause = connection.execute(_WAIT, {"host": host}).one()
            return max(SOON if held else 0.01, float(pause))

    def leave(self, host: str, token: str) -> None:
        """Give the turn back, where it is still this one's."""
        with self._database.write() as connection:
            connection.execute(_LEAVE, {"host": host, "token": token})
