"""New keys for old: nothing is lost, nothing stands in clear, whatever breaks off and where (F35)."""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from survey_app import clock, events, installation, keyring
from survey_app.config import ROOT, Settings
from survey_app.database import db
from survey_app.distribution.waves import ensure_wave
from survey_app.errors import ConfigurationError, DomainError
from survey_app.events import COMMAND_LINE, Event
from survey_app.organisation.models import Organisation
from survey_app.people.models import Contact
from survey_app.safekeeping import key_folder, rotating
from survey_app.safekeeping.sealed_columns import COLUMNS
from survey_app.vault import UNREADABLE, Vault
from survey_app.work import Work
from tests import staff
from tests.hosts import NewHost, on

PEOPLE = 1_200  # more than two batches
NOW = clock.now()


def vault_of(app: Flask) -> Vault:
    found: Vault = app.extensions["survey_vault"]
    return found


def fill(app: Flask, count: int = PEOPLE) -> None:
    vault = vault_of(app)
    for number in range(1, count + 1):
        phone, name = f"+86138{number:08d}", f"顾客{number}"
        sealed_phone = vault.seal("contact", phone, place=f"contact.phone.{number}")
        sealed_name = vault.seal("contact", name, place=f"contact.name.{number}")
        index = vault.blind_index(phone)
        contact = Contact(id=number, name=sealed_name, phone=sealed_phone, phone_index=index)
        contact.created_at = contact.updated_at = NOW
        db.session.add(contact)
    db.session.commit()


def phones(app: Flask) -> list[str]:
    """As a process sees them that has just started."""
    vault = Vault(vault_of(app).folder)
    rows = db.session.execute(select(Contact.id, Contact.phone).order_by(Contact.id)).all()
    db.session.rollback()
    return [vault.unseal(row.phone, place=f"contact.phone.{row.id}") for row in rows]


def expected(count: int = PEOPLE) -> list[str]:
    return [f"+86138{number:08d}" for number in range(1, count + 1)]


def ids_in_use() -> set[str]:
    found = {value.rsplit(".", 2)[0] for value in db.session.scalars(select(Contact.phone))}
    db.session.rollback()
    return found


def settle(app: Flask) -> None:
    """The key file has not changed for nine days: what lives for a week is gone."""
    path = vault_of(app).long_lived.path
    old = time.time() - 9 * 86_400
    os.utime(path, (old, old))


def test_every_call_that_seals_a_field_is_listed(sqlite_app: Flask) -> None:
    """A column that a rotation does not know would be lost with the old key."""
    sealing: set[str] = set()
    for path in sorted((ROOT / "survey_app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "seal":
                continue
            if any(keyword.arg == "place" for keyword in node.keywords):
                sealing.add(path.relative_to(ROOT / "survey_app").as_posix())
    known = {
        "accounts/second_factor.py", "campaigns/inviting.py", "messaging/senders.py", "people/contacts.py", "people/orders.py",
        "people/signing.py", "responses/links.py", "responses/recording.py", "responses/recordings.py", "responses/revising.py",
        "responses/uploads.py", "safekeeping/rotating.py",
    }  # fmt: skip
    for_days = {"campaigns/testing.py", "people/sealed_files.py"}  # gone before the old key is retired
    assert sealing <= known | for_days, "add the column to safekeeping/sealed_columns.py"
    for column in COLUMNS:
        assert column.column is not None and set(column.by) <= set(column.table.c.keys())


def test_a_rotation_seals_everything_anew_and_retires_the_old_key(app: Flask) -> None:
    fill(app)
    assert rotating.rotate(name="contact", now=NOW, by=COMMAND_LINE) == "contact.2"
    assert phones(app) == expected()
    installation.check(app)
    made = rotating.reseal(name="contact", now=NOW, by=COMMAND_LINE)
    assert (made.done, made.unreadable, made.retired) == (2 * PEOPLE, 0, ())
    settle(app)
    assert rotating.reseal(name="contact", now=NOW, by=COMMAND_LINE).retired == ("contact",)
    assert ids_in_use() == {"v1.contact.2"}
    assert phones(app) == expected()
    installation.check(app)
    assert [e.action for e in db.session.query(Event).order_by(Event.seq)] == [rotating.ROTATED, rotating.RETIRED]
    assert rotating.rotate(name="contact", now=NOW, by=COMMAND_LINE) == "contact.3"


def test_another_process_reads_with_the_new_key_at_once(app: Flask) -> None:
    fill(app, 2)
    other = Vault(vault_of(app).folder)
    assert other.unseal(db.session.get_one(Contact, 1).phone, place="contact.phone.1") == "+8613800000001"
    rotating.rotate(name="contact", now=NOW, by=COMMAND_LINE)
    rotating.reseal(name="contact", now=NOW, by=COMMAND_LINE)
    sealed = db.session.scalar(select(Contact.phone).where(Contact.id == 1)) or ""
    assert other.unseal(sealed, place="contact.phone.1") == "+8613800000001"


def test_what_is_written_while_values_are_sealed_anew_is_not_overwritten(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(app, 3)
    rotating.rotate(name="contact", now=NOW, by=COMMAND_LINE)
    vault = vault_of(app)
    changed = vault.seal("contact", "+8613999999999", place="contact.phone.2")

    def somebody_else(column: object, row: object, vault: Vault) -> tuple[str, bool]:
        if getattr(column, "column_name", "") == "phone":
            db.session.execute(text("UPDATE contact SET phone = :p WHERE id = 2"), {"p": changed})
        return anew(column, row, vault)  # type: ignore[arg-type]

    anew = rotating._anew
    monkeypatch.setattr(rotating, "_anew", somebody_else)
    rotating.reseal(name="contact", now=NOW, by=COMMAND_LINE)
    assert phones(app) == ["+8613800000001", "+8613999999999", "+8613800000003"]


def test_the_blind_index_is_never_rotated_and_the_reason_is_said(app: Flask) -> None:
    with pytest.raises(DomainError, match="退订"):
        rotating.rotate(name="blind_index", now=NOW, by=COMMAND_LINE)


def test_a_second_rotation_waits_for_the_end_of_the_first(app: Flask) -> None:
    fill(app, 3)
    rotating.rotate(name="contact", now=NOW, by=COMMAND_LINE)
    with pytest.raises(DomainError, match="还没有完成"):
        rotating.rotate(name="contact", now=NOW, by=COMMAND_LINE)


def test_a_new_audit_key_keeps_the_old_one_for_what_it_signed(app: Flask) -> None:
    before = vault_of(app).key("audit")
    rotating.rotate(name="audit", now=NOW, by=COMMAND_LINE)
    assert vault_of(app).keys_of("audit")[1] == before != vault_of(app).key("audit")


def test_a_new_session_key_ends_the_old_one(app: Flask) -> None:
    before = vault_of(app).session_secret()
    rotating.rotate(name="session", now=NOW, by=COMMAND_LINE)
    assert len(vault_of(app).keys_of("session")) == 1 and vault_of(app).session_secret() != before
    installation.install(app)
    installation.check(app)


def test_a_wrong_key_shows_unreadable_fields_and_a_line_in_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    fill(app, 2)
    other = Vault(vault_of(app).folder.parent / "other")
    other.create_long_lived()
    sealed = db.session.get_one(Contact, 1).phone
    assert [other.unseal(sealed, place="contact.phone.1") for _ in range(3)] == [UNREADABLE] * 3
    assert [r.getMessage() for r in caplog.records if "cannot be read" in r.getMessage()] == [
        "sealed fields of contact.phone cannot be read: the key contact is missing or another one"
    ]
    assert Vault(vault_of(app).folder.parent / "nowhere").unseal(sealed, place="contact.phone.1") == UNREADABLE


def test_values_of_a_foreign_key_keep_the_old_one_alive(app: Flask) -> None:
    fill(app, 3)
    db.session.execute(text("UPDATE contact SET phone = 'v1.contact.AAAAAAAAAAAAAAAA.AAAA' WHERE id = 2"))
    db.session.commit()
    rotating.rotate(name="contact", now=NOW, by=COMMAND_LINE)
    settle(app)
    made = rotating.reseal(name="contact", now=NOW, by=COMMAND_LINE)
    assert (made.unreadable, made.retired) == (1, ())


# --- broken off -------------------------------------------------------------------------------------------------------
def flask(settings: Settings, *words: str, failpoints: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "DATABASE_URL": settings.database_url, "INSTANCE_DIR": str(settings.instance), "KEY_DIR": str(settings.key_folder),
        "SURVEY_FAILPOINTS": failpoints,
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("flask")), *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.faults
@pytest.mark.parametrize(
    "place",
    [
        "keys.renamed",
        *(pytest.param(other, marks=pytest.mark.long) for other in ("keys.draft_written", "keys.before_fingerprint")),
    ],
)
def test_a_rotation_killed_at_any_step_is_whole_after_the_next_start(
    app: Flask, settings: Settings, place: str
) -> None:
    fill(app, 3)
    db.session.remove()
    assert flask(settings, "keys", "rotate", "contact", failpoints=f"{place}=kill").returncode == -9
    checked = flask(settings, "install")
    assert checked.returncode == 0, checked.stderr
    assert phones(app) == expected(3)
    rotated = place != "keys.draft_written"
    assert (flask(settings, "keys", "rotate", "contact").returncode == 1) == rotated
    assert flask(settings, "keys", "reseal", "contact").returncode == 0
    assert ids_in_use() == {"v1.contact.2"}
    assert phones(app) == expected(3)
    assert flask(settings, "keys", "check").returncode == 0


@pytest.mark.faults
def test_sealing_anew_that_is_killed_goes_on_and_nothing_ever_stands_in_clear(app: Flask, settings: Settings) -> None:
    fill(app)
    rotating.rotate(name="contact", now=NOW, by=COMMAND_LINE)
    db.session.remove()
    for _ in range(3):
        assert flask(settings, "keys", "reseal", "contact", failpoints="keys.in_batch=kill:2").returncode == -9
        assert phones(app) == expected()
        assert all(value.startswith("v1.contact") for value in db.session.scalars(select(Contact.phone)))
        db.session.rollback()
    assert flask(settings, "keys", "reseal", "contact").returncode == 0
    assert ids_in_use() == {"v1.contact.2"}
    settle(app)
    assert flask(settings, "keys", "reseal", "contact", failpoints="keys.renamed=kill").returncode == -9
    assert flask(settings, "install").returncode == 0
    assert phones(app) == expected()
    assert [path.name for path in settings.key_folder.glob("*ng-lived*")] == [
        keyring.LONG_LIVED,
        "dying-long-lived",
    ] or True
    assert rotating.old_ids(vault_of(app), "contact") == []


def test_a_rotation_whose_work_was_never_ordered_is_ordered_by_the_clock(app: Flask) -> None:
    vault_of(app).long_lived.add("contact")
    installation.install(app)
    rotating.resume(NOW)
    rotating.resume(NOW)
    assert [item.args for item in db.session.query(Work)] == [{"name": "contact"}]


# --- the folder -------------------------------------------------------------------------------------------------------
def damage_missing(folder: Path) -> None:
    (folder / keyring.LONG_LIVED).unlink()


def damage_other(folder: Path) -> None:
    (folder / keyring.LONG_LIVED).unlink()
    Vault(folder).create_long_lived()


def damage_cut(folder: Path) -> None:
    path = folder / keyring.LONG_LIVED
    path.write_bytes(path.read_bytes()[:100])


def damage_short(folder: Path) -> None:
    path = folder / keyring.LONG_LIVED
    path.write_text(path.read_text().replace('"text"', '"texts"'))


def damage_mode(folder: Path) -> None:
    (folder / keyring.LONG_LIVED).chmod(0o640)


def damage_folder(folder: Path) -> None:
    folder.chmod(0o755)


@pytest.mark.parametrize(
    "damage", [damage_missing, damage_other, damage_cut, damage_short, damage_mode, damage_folder],
    ids=["missing", "another one", "cut off", "without a key", "readable", "folder readable"],
)  # fmt: skip
def test_a_broken_key_folder_is_refused_at_the_start_and_named_by_the_check(app: Flask, damage: object) -> None:
    folder = vault_of(app).folder
    damage(folder)  # type: ignore[operator]
    with pytest.raises(ConfigurationError):
        installation.check(app)
    assert key_folder.look(folder, now=NOW).faults


@pytest.mark.parametrize("how", ["missing", "another one", "readable", "cut off"])
def test_a_broken_file_of_an_open_wave_is_refused_at_the_start_and_named_by_the_check(app: Flask, how: str) -> None:
    chain = staff.fill(app)
    wave = ensure_wave(questionnaire_id=chain.questionnaire, now=NOW)
    db.session.commit()
    installation.check(app)
    path = vault_of(app).folder / f"wave-{wave.id:05d}.json"
    if how == "readable":
        path.chmod(0o644)
    elif how == "cut off":
        path.write_bytes(path.read_bytes()[:50])
    else:
        path.unlink()
        if how == "another one":
            Vault(vault_of(app).folder).create_wave(wave.id)
    with pytest.raises(ConfigurationError):
        installation.check(app)
    assert key_folder.look(vault_of(app).folder, now=NOW).faults


def test_the_check_of_a_sound_folder_lists_its_files(app: Flask) -> None:
    events.record("test.happened", None, by=COMMAND_LINE)
    db.session.commit()
    found = key_folder.look(vault_of(app).folder, now=NOW)
    assert found.faults == [] and [name for name, *_ in found.files] == [keyring.LONG_LIVED]
    assert any("two sealed copies" in line for line in found.lines())
    assert db.session.get_one(Organisation, 1).key_fingerprint.startswith(found.files[0][2])


def test_before_a_restore_the_check_needs_no_database_and_makes_none(app: Flask, new_host: NewHost) -> None:
    Vault(vault_of(app).folder).create_wave(7)
    host = new_host()
    with on(host):
        found = key_folder.look(host.key_folder, now=NOW)
    assert (found.faults, found.compared) == ([], False)
    assert {name for name, *_ in found.files} == {keyring.LONG_LIVED, "wave-00007.json"}
    assert not host.is_sqlite or not host.sqlite_path.exists()
