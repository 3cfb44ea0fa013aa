"""What happened, kept so that nothing is paid for twice.

Attempts, pulls, renditions and receipts are append-only; an asset's state and the leases are the
only things that change. SQLite in WAL mode by default, PostgreSQL by URL.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from filelock import FileLock
from pydantic import JsonValue, TypeAdapter, ValidationError
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.schema import CreateTable

from presscheck.assets import Asset, AssetSpec, AssetState, Attempt, Pull, Receipt, Rendition
from presscheck.errors import InputError, StorageError

metadata = sa.MetaData()

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("run", sa.String(64), primary_key=True),
    sa.Column("job", sa.JSON, nullable=False),
)
assets = sa.Table(
    "assets",
    metadata,
    sa.Column("run", sa.String(64), primary_key=True),
    sa.Column("asset", sa.String(200), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("spec", sa.Text, nullable=False),
)
records = sa.Table(
    "records",
    metadata,
    sa.Column("run", sa.String(64), primary_key=True),
    sa.Column("asset", sa.String(200), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("position", sa.Float, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
)
steps = sa.Table(
    "steps",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("stage", sa.String(32), nullable=False),
    sa.Column("output", sa.JSON, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
)
leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(300), primary_key=True),
    sa.Column("owner", sa.String(100), nullable=False),
    sa.Column("expires", sa.Float, nullable=False),
)

problems = sa.Table(
    "problems",
    metadata,
    sa.Column("run", sa.String(64), primary_key=True),
    sa.Column("asset", sa.String(200), primary_key=True),
    sa.Column("exit_code", sa.Integer, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
)

ValueT = TypeVar("ValueT", Attempt, Pull, Rendition, Receipt)


class Ledger:
    """The record of all runs in one database."""

    def __init__(self, url: str) -> None:
        self._engine = _connect(url)
        with self._transaction() as connection:
            for table in metadata.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))

    @classmethod
    def at(cls, folder: Path) -> Ledger:
        """Open the SQLite ledger of a work folder, making both when they are missing."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "ledger.lock").touch()
        except OSError as error:
            raise StorageError(
                f"cannot make the work folder {folder}: {error.strerror}.",
                remedy="Choose another with --work.",
            ) from error
        # SQLite turns WAL on without waiting for its lock, so first openings queue up here.
        with FileLock(folder / "ledger.lock"):
            return cls(f"sqlite:///{folder / 'ledger.sqlite3'}")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def begin(self, run: str, job: Mapping[str, JsonValue], specs: list[AssetSpec]) -> None:
        """Enter a run and its assets; what is already there stays as it is."""
        with self._transaction() as connection:
            connection.execute(self._insert(runs), {"run": run, "job": dict(job)})
            rows = [
                {
                    "run": run,
                    "asset": spec.id,
                    "position": position,
                    "state": AssetState.OPEN.value,
                    "reason": "",
                    "spec": _dump(AssetSpec, spec),
                }
                for position, spec in enumerate(specs)
            ]
            if rows:
                connection.execute(self._insert(assets), rows)

    def job(self, run: str) -> dict[str, JsonValue]:
        """Return what `begin` was told of a run.

        Raises:
            InputError: There is no such run.
        """
        with self._transaction() as connection:
            row = connection.execute(sa.select(runs.c.job).where(runs.c.run == run)).first()
        if row is None:
            raise InputError(
                f"there is no run {run!r} in this work folder.",
                remedy="`presscheck report` without a run lists them.",
            )
        job: dict[str, JsonValue] = row.job
        return job

    def runs(self) -> list[str]:
        """Return the ids of all runs."""
        with self._transaction() as connection:
            return [row.run for row in connection.execute(sa.select(runs.c.run))]

    def assets(self, run: str) -> list[Asset]:
        """Return all assets of a run with all that happened to them, in the campaign's order."""
        query = sa.select(assets).where(assets.c.run == run).order_by(assets.c.position)
        with self._transaction() as connection:
            rows = connection.execute(query).all()
            return [self._asset(connection, run, row) for row in rows]

    def asset(self, run: str, asset: str) -> Asset:
        """Return one asset with all that happened to it.

        Raises:
            InputError: The run has no such asset.
        """
        query = sa.select(assets).where(assets.c.run == run, assets.c.asset == asset)
        with self._transaction() as connection:
            row = connection.execute(query).first()
            if row is None:
                raise InputError(f"run {run!r} has no asset {asset!r}.")
            return self._asset(connection, run, row)

    def _asset(self, connection: sa.Connection, run: str, row: sa.Row[Any]) -> Asset:
        return Asset(
            spec=TypeAdapter(AssetSpec).validate_json(row.spec),
            state=AssetState(row.state),
            reason=row.reason,
            attempts=tuple(self._values(connection, run, row.asset, Attempt)),
            renditions=tuple(self._values(connection, run, row.asset, Rendition)),
            receipts=tuple(self._values(connection, run, row.asset, Receipt)),
        )

    def set_state(self, run: str, asset: str, state: AssetState, reason: str = "") -> None:
        """Move an asset to `state`."""
        change = sa.update(assets).where(assets.c.run == run, assets.c.asset == asset)
        with self._transaction() as connection:
            connection.execute(change.values(state=state.value, reason=reason))

    def record(
        self, run: str, asset: str, key: str, value: Attempt | Pull | Rendition | Receipt
    ) -> None:
        """Append a value under `key`, once: a second time changes nothing."""
        row = {
            "run": run,
            "asset": asset,
            "kind": type(value).__name__.lower(),
            "key": key,
            "position": time.time(),
            "value": _dump(type(value), value),
        }
        with self._transaction() as connection:
            connection.execute(self._insert(records), row)

    def pull(self, run: str, asset: str, number: int) -> Pull | None:
        """Return the pull of an attempt that waits for, or has had, its proof."""
        with self._transaction() as connection:
            pulls = self._values(connection, run, asset, Pull)
        return next((pull for pull in pulls if pull.number == number), None)

    def _values(
        self, connection: sa.Connection, run: str, asset: str, kind: type[ValueT]
    ) -> list[ValueT]:
        query = (
            sa.select(records.c.value)
            .where(
                records.c.run == run,
                records.c.asset == asset,
                records.c.kind == kind.__name__.lower(),
            )
            .order_by(records.c.position, records.c.key)
        )
        adapter = TypeAdapter(kind)
        return [adapter.validate_json(row.value) for row in connection.execute(query)]

    def step(self, key: str) -> tuple[JsonValue, float] | None:
        """Return the output and seconds of a step that was paid for before."""
        query = sa.select(steps.c.output, steps.c.seconds).where(steps.c.key == key)
        with self._transaction() as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.output, row.seconds)

    def record_step(self, key: str, stage: str, output: JsonValue, seconds: float) -> None:
        """Keep a step's output."""
        row = {"key": key, "stage": stage, "output": output, "seconds": seconds}
        with self._transaction() as connection:
            connection.execute(self._insert(steps), row)

    def lease(self, name: str, owner: str, seconds: float) -> bool:
        """Take or renew `name` for `owner`; False while someone else's lease lasts."""
        now = time.time()
        row = {"name": name, "owner": owner, "expires": now + seconds}
        takeover = (
            sa.update(leases)
            .where(leases.c.name == name, (leases.c.owner == owner) | (leases.c.expires < now))
            .values(owner=owner, expires=now + seconds)
        )
        with self._transaction() as connection:
            if connection.execute(self._insert(leases), row).rowcount == 1:
                return True
            return connection.execute(takeover).rowcount == 1

    def release(self, name: str, owner: str) -> None:
        """Give a lease back."""
        gone = sa.delete(leases).where(leases.c.name == name, leases.c.owner == owner)
        with self._transaction() as connection:
            connection.execute(gone)

    def held(self, name: str) -> bool:
        """Return True while somebody's lease on `name` lasts."""
        query = sa.select(leases.c.owner).where(
            leases.c.name == name, leases.c.expires >= time.time()
        )
        with self._transaction() as connection:
            return connection.execute(query).first() is not None

    def start_afresh(self, run: str, *, alone: bool = True) -> None:
        """Forget the problems of an earlier try; what was made stays.

        Its leases are forgotten too when whoever asks is `alone`: nobody else can be at work.
        """
        with self._transaction() as connection:
            if alone:
                connection.execute(
                    sa.delete(leases).where(leases.c.name.startswith(f"{run}/", autoescape=True))
                )
            connection.execute(sa.delete(problems).where(problems.c.run == run))

    def record_problem(self, run: str, asset: str, exit_code: int, told: str) -> None:
        """Keep the first problem of an asset; `asset` "" means that the whole run stopped."""
        row = {"run": run, "asset": asset, "exit_code": exit_code, "told": told}
        with self._transaction() as connection:
            connection.execute(self._insert(problems), row)

    def problems(self, run: str) -> dict[str, tuple[int, str]]:
        """Return exit code and text of every problem, by asset."""
        query = sa.select(problems).where(problems.c.run == run).order_by(problems.c.asset)
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        return {row.asset: (row.exit_code, row.told) for row in rows}

    def _insert(self, table: sa.Table) -> sa.Executable:
        """Return an insert that leaves a row with the same key alone."""
        if self._engine.dialect.name == "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing()
        return sqlite.insert(table).on_conflict_do_nothing()

    @contextmanager
    def _transaction(self) -> Generator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise StorageError(
                f"the ledger cannot be used: {error.orig}.",
                remedy="Check the disk and the ledger's URL, then run again.",
            ) from error
        except ValidationError as error:
            raise StorageError(
                f"the ledger was altered: a {error.title} in it is not whole.",
                remedy="Start again in a new work folder.",
            ) from error


def _dump(kind: type[Any], value: Any) -> str:
    return TypeAdapter(kind).dump_json(value).decode()


def _connect(url: str) -> sa.Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
            raise ArgumentError("only sqlite and postgresql are supported")
        engine = sa.create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise InputError(
            f"the ledger's URL cannot be used: {error}.",
            remedy="Write sqlite:///path or postgresql+psycopg://user@host/database.",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    return engine


def _tune_sqlite(connection: Any, _: object) -> None:
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
