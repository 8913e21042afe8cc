"""Pages of imports, orders and keys: what they show, to whom, and what they never show."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey_app import clock, worker
from survey_app.database import db
from survey_app.events import SHOWN, Event
from survey_app.formats import tables
from survey_app.people import importing, orders
from survey_app.people.contacts import NewContact
from survey_app.people.models import ApiKey, Import
from survey_app.people.orders import NewEvent, NewOrder
from tests import staff
from tests.people import files


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def send(person: staff.Person, data: bytes, **more: Any) -> Any:
    given = {"kind": "orders", "source": "pos", "file": (io.BytesIO(data), "订单 11月.csv")} | more
    return person.post("/imports", given, content_type="multipart/form-data")


def rows_of(chain: staff.Chain, count: int = 12) -> list[list[str]]:
    return files.order_rows(count, shops=("KM-0", "KM-1"), now=clock.now())


def perform(chain: staff.Chain) -> None:
    work_id = db.session.query(Import.work_id).order_by(Import.id.desc()).limit(1).scalar()
    db.session.remove()
    assert worker.perform(chain.app, work_id)
    db.session.remove()


def test_a_file_is_sent_looked_at_started_and_its_rejects_fetched(chain: staff.Chain) -> None:
    person, rows = chain.signed_in("researcher"), rows_of(chain)
    rows[2][3] = "1.38E+10"
    sent = send(person, files.as_csv(rows, encoding="gb18030"))
    assert (sent.status_code, sent.location) == (303, "/imports/1")
    page = person.text("/imports/1")
    assert "订单 11月.csv" in page and "12 行" in page and rows[0][0] in page
    for row in rows[:10]:
        assert all(cell not in page for cell in (row[2], row[4])) and (row[3] == "1.38E+10" or row[3] not in page)
    assert "199****0001" in page and "b*****@example.cn" in page
    chosen = dict(re.findall(r'name="(column-\d+)">.*?value="(\w+)" selected', page, re.DOTALL))
    assert len(chosen) == len(files.HEADING)
    refused = person.post("/imports/1/start", chosen)
    assert refused.status_code == 422 and 'id="consent_source-error"' in refused.get_data(as_text=True)
    twice = person.post("/imports/1/start", chosen | {"column-2": "phone", "consent_source": "会员入会协议"})
    assert twice.status_code == 422 and "每项内容只能选一列" in twice.get_data(as_text=True)
    assert person.post("/imports/1/start", chosen | {"consent_source": "会员入会协议"}).status_code == 303
    assert 'hx-trigger="every 2s"' in person.text("/imports/1", headers={"HX-Request": "true"})
    perform(chain)
    done = person.text("/imports/1", headers={"HX-Request": "true"})
    assert "every 2s" not in done and "下载未导入的 1 行" in done
    fetched = person.post("/imports/1/rejects")
    assert fetched.mimetype == "text/csv" and rows[2][0] in fetched.get_data(as_text=True)
    assert "科学计数法" in fetched.get_data(as_text=True)
    assert db.session.query(Event).filter_by(action="import.rejects_downloaded", result=SHOWN).count() == 1
    assert "订单 11月.csv" in person.text("/imports")


def test_while_a_file_arrives_nothing_of_it_stands_on_a_disk(
    chain: staff.Chain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    person, rows = chain.signed_in("administrator"), rows_of(chain, 20_000)
    opened: list[str] = []
    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile"):
        monkeypatch.setattr(f"tempfile.{name}", lambda *a, name=name, **b: opened.append(name))
    assert send(person, files.as_csv(rows)).status_code == 303
    assert opened == []
    held = b"".join(path.read_bytes() for path in importing.folder().rglob("*") if path.is_file())
    assert len(held) > 2_000_000 and rows[9][3].encode() not in held and rows[9][2].encode() not in held


def test_what_is_no_import_leaves_no_file(chain: staff.Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    person, data = chain.signed_in("administrator"), files.as_csv(rows_of(chain))
    monkeypatch.setattr(tables, "MOST_BYTES", 300_000)
    refusals = {
        send(person, data, source="大写").status_code: 422,
        send(person, data, kind="people").status_code: 422,
        send(person, b"%PDF-1.4").status_code: 422,
        send(person, b"a,b\n" * 90_000).status_code: 422,
        send(person, b"a,b\n" * 200_000).status_code: 413,
        send(person, data, csrf_token="forged").status_code: 400,
        chain.nobody().open("/imports", method="POST", data={"file": (io.BytesIO(data), "a.csv")}).status_code: 302,
    }
    assert all(told == expected for told, expected in refusals.items())
    assert db.session.query(Import).count() == 0
    assert not importing.folder().is_dir() or not list(importing.folder().iterdir())


def test_two_files_in_one_form_are_one_import(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    both = [(io.BytesIO(files.as_csv(rows_of(chain))), "a.csv"), (io.BytesIO(b"x,y\n1,2\n"), "b.csv")]
    assert send(person, b"", file=both).status_code in (303, 422)
    assert db.session.query(Import).count() <= 1


def test_a_waiting_file_can_be_thrown_away_once(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    send(person, files.as_csv(rows_of(chain)))
    assert person.post("/imports/1/discard").status_code == 303
    assert not list(importing.folder().iterdir())
    assert "已放弃" in person.text("/imports") and "已放弃，文件已删除" in person.text("/imports/1")
    assert person.post("/imports/1/discard").status_code == 422


@pytest.mark.parametrize(
    ("cell", "never"),
    [
        ("13812345678", "2345"), ("+86 138-1234-5678", "1234"), ("电话13812345678谢谢", "2345"), ("110101199003071234", "199003"),
        ("li.lei@example.org", "li.lei"), ("微信 lilei@qq.com 13812345678", "lilei"), ("1.38E+10", "no-such"),
    ],
)  # fmt: skip
def test_a_preview_never_shows_a_number_or_an_address_whatever_its_column_is_called(cell: str, never: str) -> None:
    from survey_app.people.views.imports import masked

    for field in ("", "phone", "email", "name", "summary"):
        assert never not in masked(cell, field)
    assert masked("SO20261120000123", "number") == "SO20261120000123"


def test_hostile_cells_stay_text_in_the_preview(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    heading = ["订单号", '<img src=x onerror="alert(1)">', "下单时间", "状态", "{{7*7}}"]
    row = ["<script>alert(1)</script>", '<a hx-get="/x">', "2026-11-18", "已完成", "{{7*7}}"]
    send(
        person, files.as_csv([row], heading=heading), file=(io.BytesIO(files.as_csv([row], heading=heading)), "<b>.csv")
    )
    page = person.text("/imports/1")
    assert not re.search(r"<script>|<img src=x|<a hx-get|<b>\.csv|49", page.split("<main", 1)[1].split("csrf")[0])
    assert "&lt;script&gt;" in page and "{{7*7}}" in page


# --- orders --------------------------------------------------------------------------------------------------------------
@pytest.fixture
def bought(chain: staff.Chain) -> staff.Chain:
    now = clock.now()
    buyer = NewContact(name="欧阳娜娜", phone="+8613812345678")
    for number, (state, place) in enumerate(
        [("completed", 0), ("refunded", 0), ("open", 1), ("cancelled", None)], start=1
    ):
        shop = chain.shops[place] if place is not None else None
        order = NewOrder(
            f"SO_{number}", state, now - timedelta(days=number), shop_id=shop, contact=buyer, amount_cents=12_850
        )
        orders.record_order(source="pos", order=order, now=now)
    orders.record_events(source="pos", rows=[NewEvent("E1", "delivered", now, "SO_1")], now=now)
    db.session.commit()
    db.session.remove()
    return chain


def test_the_list_shows_customers_masked_and_is_narrowed(bought: staff.Chain) -> None:
    person = bought.signed_in("researcher")
    page = person.text("/orders")
    assert "138****5678" in page and "欧**" in page and "13812345678" not in page and "欧阳" not in page

    def listed(query: str) -> list[str]:
        return sorted(re.findall(r"<bdi>(SO_\d)</bdi></a>", person.text(f"/orders?{query}")))

    day = clock.china(clock.now() - timedelta(days=2)).date()
    assert listed("") == ["SO_1", "SO_2", "SO_3", "SO_4"]
    assert listed("q=SO_3") == ["SO_3"] and listed("q=SO%25") == [] and listed("q=SO_") == listed("")
    assert listed("state=refunded") == ["SO_2"] and listed("state=nonsense") == listed("")
    assert (
        listed(f"shop={bought.shops[1]}") == ["SO_3"]
        and listed("shop=0") == ["SO_4"]
        and listed("shop=999") == listed("")
    )
    assert listed(f"first={day}&last={day}") == ["SO_2"] and listed("first=0000-00-00") == listed("")


def test_an_order_shows_what_happened_to_it(bought: staff.Chain) -> None:
    page = bought.signed_in("customer-service").text("/orders/1")
    assert "送达" in page and "SO_1:completed" in page and "138****5678" in page and "128.50" in page
    assert "可以收到邀请" in page


def test_somebody_bound_to_a_region_sees_its_orders_alone(bought: staff.Chain) -> None:
    bound = staff.make_user("researcher", email="bound@example.org", region_id=bought.regions[1])
    bought.users["bound"] = bound.id
    db.session.commit()
    person = bought.signed_in("bound")
    assert re.findall(r"<bdi>(SO_\d)</bdi></a>", person.text("/orders")) == ["SO_3"]
    assert [person.get(f"/orders/{number}").status_code for number in (1, 2, 3, 4, 99)] == [404, 404, 200, 404, 404]
    assert person.get("/imports").status_code == 404  # files are about the whole chain


# --- keys ----------------------------------------------------------------------------------------------------------------
def test_the_secret_of_a_system_is_shown_once(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    made = person.post("/systems", {"source": "pos"})
    secret = re.search(r'id="secret" value="([^"]+)"', made.get_data(as_text=True))
    assert made.status_code == 201 and secret is not None and len(secret[1]) >= 43
    page = person.text("/systems")
    key, number = db.session.query(ApiKey.key, ApiKey.id).one()
    db.session.remove()
    assert secret[1] not in page and key in page
    assert person.post("/systems", {"source": "pos"}).status_code == 422
    assert person.post(f"/systems/{number}/revocation").status_code == 303
    assert person.post(f"/systems/{number}/revocation").status_code == 422
    assert person.post("/systems", {"source": "pos"}).status_code == 201
    told = str([(event.action, event.details) for event in db.session.query(Event)])
    assert secret[1] not in told and "api_key.revoked" in told
