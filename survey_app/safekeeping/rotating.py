"""New long-lived keys for old: add one, seal everything anew in the background, retire the old one when nothing needs it.

Columns are sealed anew; what lives for days only (files of imports, the address of a test message) is not, and the old key is
retired after its time.

The file of keys changes first, by a rename, and the fingerprint in the database follows; the file names the fingerprint it came
from, so a crash in between is healed at the next start (`installation`). Sealing anew goes in batches of 500, each a
transaction of its own that writes a value only where the old one still stands; it may be cut off anywhere and goes on where
old values are left. At no moment does anything stand in clear.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import bindparam, func, select, tuple_, update

from survey_app import clock, events, installation, web, work
from survey_app.database import db, read_only
from survey_app.errors import DomainError
from survey_app.events import WORKER, Actor
from survey_app.failpoints import failpoint
from survey_app.languages import N_
from survey_app.organisation.models import Organisation
from survey_app.safekeeping.sealed_columns import COLUMNS, SEALING, Sealed
from survey_app.vault import UNREADABLE, Vault
from survey_app.work import Claim, Work

log = logging.getLogger("survey_app.safekeeping")

KIND = "reseal"
BATCH = 500
SETTLED_AFTER = timedelta(days=8)  # files of imports and finished work, which are not sealed anew, live seven days
ROTATED, RETIRED = "keys.rotated", "keys.retired"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Resealed:
    """What one pass did."""

    done: int
    unreadable: int
    retired: tuple[str, ...]


def rotate(*, name: str, now: datetime, by: Actor) -> str:
    """Add a key of this name and order the sealing anew; returns its id. Commits, because files cannot be rolled back.

    Raises DomainError for keys that cannot be rotated and while a rotation of the same name is under way.
    """
    vault = web.vault()
    if name == "blind_index":
        raise DomainError(
            N_(
                "盲索引密钥不能轮换：查找联系人、退订名单和删除记录都只存有用它算出的值，原号码不在其中，换了密钥就无法重新计算，退订和删除会失效。"
            )
        )
    if name not in (*SEALING, "audit", "session"):
        raise DomainError(N_("没有名为 %(name)s 的密钥。"), name=name)
    installation.settle_fingerprint(vault)
    if name in SEALING and len(vault.long_lived.keys(look=True).ids(name)) > 1:
        raise DomainError(N_("密钥 %(name)s 的上一次轮换还没有完成，请等旧密钥停用后再轮换。"), name=name)
    key_id = vault.long_lived.add(name)
    if name == "session":
        for old in vault.long_lived.keys(look=True).ids(name)[1:]:
            installation.settle_fingerprint(vault)
            vault.long_lived.retire(old)
    failpoint("keys.before_fingerprint")
    _note(vault, ROTATED, by=by, key=key_id)
    if name in SEALING:
        work.enqueue(KIND, {"name": name}, now=now)
    db.session.commit()
    return key_id


def _note(vault: Vault, action: str, *, by: Actor, key: str) -> None:
    chain = db.session.get_one(Organisation, 1, with_for_update=True, populate_existing=True)
    chain.key_fingerprint = vault.long_lived_fingerprint()
    events.record(action, chain, by=by, key=key, fingerprint=chain.key_fingerprint[:16])


def old_ids(vault: Vault, name: str) -> list[str]:
    """The ids of a name that no longer seal."""
    return vault.long_lived.keys(look=True).ids(name)[1:]


def left(vault: Vault, name: str) -> dict[str, int]:
    """How many values each old key of a name still seals."""
    counts = {}
    for key_id in old_ids(vault, name):
        counts[key_id] = sum(
            db.session.scalar(select(func.count()).select_from(s.table).where(s.sealed_with([key_id]))) or 0
            for s in COLUMNS
            if s.key == name
        )
    return counts


def reseal(*, name: str, now: datetime, by: Actor, progress: Progress = lambda done, total: None) -> Resealed:
    """Seal everything anew that an old key of this name sealed, then retire the old keys. Commits; safe to run again."""
    vault = web.vault()
    with read_only():
        db.session.rollback()
        total = sum(left(vault, name).values())
        db.session.rollback()
    done = unreadable = 0
    for column in COLUMNS:
        if column.key == name:
            for changed, lost in _batches(column, vault):
                done, unreadable = done + changed, unreadable + lost
                progress(done, total)
    return Resealed(done, unreadable, _retire(vault, name, now=now, by=by))


def _batches(column: Sealed, vault: Vault) -> Any:
    """Seal a column anew, a batch at a time: (values sealed anew, values that no key opens)."""
    old = old_ids(vault, column.key)
    key = tuple_(*(column.table.c[c.name] for c in column.table.primary_key))
    chosen = select(column.table).where(column.sealed_with(old)).order_by(*column.table.primary_key).limit(BATCH)
    after: Any = None
    while old:
        with read_only():
            rows = db.session.execute(chosen if after is None else chosen.where(key > after)).all()
            db.session.rollback()
        if not rows:
            return
        after = tuple(rows[-1]._mapping[c.name] for c in column.table.primary_key)
        fresh = [(row, *_anew(column, row, vault)) for row in rows]
        changes = [_change(column, row, sealed) for row, sealed, readable in fresh if readable]
        if changes:
            db.session.connection().execute(_statement(column), changes)
            failpoint("keys.in_batch")
            db.session.commit()
        yield len(changes), len(rows) - len(changes)


def _anew(column: Sealed, row: Any, vault: Vault) -> tuple[str, bool]:
    place = column.place(row)
    text = vault.unseal(column.text_of(row), place=place)
    return ("", False) if text == UNREADABLE else (vault.seal(column.key, text, place=place), True)


def _statement(column: Sealed) -> Any:
    same = [c == bindparam(f"row_{c.name}") for c in column.table.primary_key]
    unchanged = column.column == bindparam("old")
    return update(column.table).where(*same, unchanged).values({column.column_name: bindparam("new")})


def _change(column: Sealed, row: Any, sealed: str) -> dict[str, Any]:
    ids = {f"row_{c.name}": row._mapping[c.name] for c in column.table.primary_key}
    return {**ids, "old": row._mapping[column.column_name], "new": column.value_of(sealed)}


def _retire(vault: Vault, name: str, *, now: datetime, by: Actor) -> tuple[str, ...]:
    changed_at = datetime.fromtimestamp(vault.long_lived.path.stat().st_mtime, now.tzinfo)
    if now - changed_at < SETTLED_AFTER:
        return ()
    with read_only():
        counts = left(vault, name)
        db.session.rollback()
    gone = [key_id for key_id, count in counts.items() if not count]
    for key_id in gone:
        installation.settle_fingerprint(vault)
        vault.long_lived.retire(key_id)
        failpoint("keys.before_fingerprint")
        _note(vault, RETIRED, by=by, key=key_id)
        db.session.commit()
    for key_id, count in counts.items():
        if count:
            log.error("%s values cannot be sealed anew: the key %s is another one than theirs", count, key_id)
    return tuple(gone)


def perform(held: Claim, _app: Flask) -> None:
    """The job of a worker."""
    reseal(
        name=held.args["name"], now=clock.now(), by=WORKER,
        progress=lambda done, total: work.renew(held, now=clock.now(), progress=done, total=total),
    )  # fmt: skip


def resume(now: datetime) -> None:
    """Order what a rotation still needs: when it broke off before its work was ordered, and to retire the old key."""
    names = {name for name in SEALING if old_ids(web.vault(), name)}
    if not names:
        return
    waiting = db.session.scalars(select(Work).where(Work.kind == KIND, Work.state.in_(("queued", "claimed"))))
    for name in sorted(names - {str(item.args["name"]) for item in waiting}):
        work.enqueue(KIND, {"name": name}, now=now)
