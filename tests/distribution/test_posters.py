"""Posters: what stands on them, that every code on them can be read, in every shape and language, for one shop and for many."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import select

from survey_app import clock, worker
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting, poster_runs, posters, qr
from survey_app.distribution.models import Collector, PosterRun
from survey_app.distribution.posters import Letterhead
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Actor
from survey_app.organisation import shops
from tests import staff

NOW = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)  # already the second in China
HOST = "https://wj.km.cn"
HEAD = Letterhead({"zh": "康民大药房", "en": "Kangmin Pharmacy"}, "400-820-1234", "#0b6e4f", "#e6f3ee")
HOSTILE = '#import "/etc/passwd" $x^2$ \\ *b* <script>alert(1)</script> #read("x") {{7*7}} @b `c` // d'
MILLIMETRE = 72 / 25.4  # points
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9"><path d="M0 0h9v9z" fill="#b3261e"/></svg>'


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def door(chain: staff.Chain) -> Collector:
    return db.session.get_one(Collector, chain.doors["own"])


def pdf(doors: list[Collector], size: str = "a4", language: str = "both", head: Letterhead = HEAD) -> bytes:
    return posters.pdf(doors, size=size, language=language, head=head, public_url=HOST, now=NOW)


def pictures(data: bytes, scale: float = 2.0) -> list[Image.Image]:
    """The pages, `scale` x 72 dots per inch."""
    document = pypdfium2.PdfDocument(data)
    return [page.render(scale=scale, grayscale=True).to_pil() for page in document]


def words(data: bytes) -> str:
    """What a person can select and copy."""
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


@pytest.mark.parametrize("size", posters.SIZES)
@pytest.mark.parametrize("language", posters.LANGUAGES)
def test_every_shape_says_what_it_is_for_where_it_hangs_and_how_to_type_it(
    chain: staff.Chain, size: str, language: str
) -> None:
    one = door(chain)
    data = pdf([one], size, language)
    assert len(pypdfium2.PdfDocument(data)) == 1
    text = words(data)
    for there in ("KM-0", "收银台", f"wj.km.cn/s/{one.code}", posters.grouped(one.code), "2026-03-02", "400-820-1234"):
        assert there in text, there
    assert ("请您评价本次服务" in text, "匿名" in text, "康民大药房" in text) == (language != "en",) * 3
    assert ("How was our service today?" in text, "Anonymous" in text) == (language != "zh",) * 2


@pytest.mark.parametrize("size", posters.SIZES)
def test_a_long_address_is_typed_in_two_steps(chain: staff.Chain, size: str) -> None:
    one, host = door(chain), "survey.a-rather-long-host-name.example.com.cn"
    text = words(posters.pdf([one], size=size, language="zh", head=HEAD, public_url=f"https://{host}", now=NOW))
    assert f"{host}/s" in text and f"{host}/s/{one.code}" not in text and posters.grouped(one.code) in text
    if size != "till":  # a sticker has no room for the words
        assert "再输入编码" in text


@pytest.mark.parametrize(("size", "least"), [("a4", 80), ("a5", 50), ("till", 30)])
@pytest.mark.parametrize("host", [HOST, "https://survey.a-rather-long-host-name.example.com.cn"])
def test_the_code_is_large_enough_has_its_quiet_zone_and_is_read_at_level_q(
    chain: staff.Chain, size: str, least: int, host: str
) -> None:
    one = door(chain)
    scale = 4.0
    (picture,) = pictures(posters.pdf([one], size=size, language="both", head=HEAD, public_url=host, now=NOW), scale)
    found = zxingcpp.read_barcodes(picture)
    assert {code.text for code in found} == {f"{host}/s/{one.code}"} and {code.ec_level for code in found} == {"Q"}
    assert len(found) == {"a4": 1, "a5": 2, "till": 8}[size]
    modules = len(qr.modules(found[0].text)) - 2 * qr.QUIET_ZONE
    for code in found:
        corners = [code.position.top_left, code.position.bottom_right]
        (left, right), (top, bottom) = (sorted(p.x for p in corners), sorted(p.y for p in corners))
        width = (right - left) / scale / MILLIMETRE
        assert width >= least - 0.5
        zone = 4 * (right - left) / modules - 2  # four modules, less what the corners were off
        around = picture.crop((int(left - zone), int(top - zone), int(right + zone), int(top - 3)))
        assert around.getextrema() == (255, 255)
        below = picture.crop((int(left - zone), int(bottom + 4), int(right + zone), int(bottom + zone)))
        assert below.getextrema() == (255, 255)


def test_a_code_on_paper_is_drawn_and_not_a_picture(chain: staff.Chain) -> None:
    assert b"/Subtype /Image" not in pdf([door(chain)]).replace(b"/Subtype/Image", b"/Subtype /Image")


def test_what_people_wrote_is_set_as_text_and_never_as_markup(chain: staff.Chain) -> None:
    one = door(chain)
    assert one.shop is not None
    one.shop.name, one.shop.name_en, one.place = HOSTILE[:80], "=cmd|'/C calc'!A0", "$#{*_`"
    for size in posters.SIZES:
        text = words(pdf([one], size, "both", Letterhead({"zh": "*#x*", "en": ""}, "", "#0b6e4f", "#e6f3ee")))
        flat = re.sub(r"\s+", "", text)
        assert re.sub(r"\s+", "", HOSTILE[:60]) in flat and "$#{*_`" in flat and "*#x*" in flat


def test_long_names_stay_on_one_sheet_with_a_code_that_can_be_read(chain: staff.Chain) -> None:
    one = door(chain)
    assert one.shop is not None
    one.shop.name, one.place = (
        "上海市浦东新区世纪大道东方路交叉口中心广场旗舰药店" * 3,
        "二楼处方药咨询台旁边的等候区" * 2,
    )
    one.shop.name_en = "Flagship pharmacy at the corner of Century Avenue and Dongfang Road, Pudong"
    long = Letterhead({"zh": "康" * 80, "en": "Kangmin " * 10}, "400-800-1234 转 8899", "#0b6e4f", "#e6f3ee")
    for size in posters.SIZES:
        (picture,) = pictures(pdf([one], size, "both", long))
        assert zxingcpp.read_barcodes(picture)[0].text.endswith(one.code), size


@pytest.mark.parametrize("logo", [(None, ""), (SVG, "image/svg+xml"), (b"no picture", "image/png")])
def test_posters_come_with_a_logo_without_one_and_with_one_that_cannot_be_drawn(
    chain: staff.Chain, logo: tuple[bytes | None, str]
) -> None:
    head = Letterhead(HEAD.names, HEAD.phone, HEAD.brand, HEAD.soft, *logo)
    (picture,) = pypdfium2.PdfDocument(pdf([door(chain)], head=head))
    reds = picture.render(scale=1).to_pil().convert("RGB").getcolors(100_000) or []
    assert any(colour == (179, 38, 30) for _, colour in reds) == (logo[0] == SVG)


def test_a_questionnaire_without_english_is_announced_in_chinese_only(chain: staff.Chain) -> None:
    one = door(chain)
    assert posters.languages_for([one]) == ["both", "zh", "en"]
    one.version.definition = one.version.definition | {"languages": ["zh-CN"]}
    assert posters.languages_for([one]) == ["zh"]
    db.session.rollback()


def test_files_are_named_after_the_shop_without_what_means_something_in_a_path(chain: staff.Chain) -> None:
    one = door(chain)
    assert poster_runs.file_name([one], "a5", "zh") == "KM-0-人民路店-收银台-a5.pdf"
    assert one.shop is not None
    one.shop.name = '../..\\x/<y>:"z"?\n'
    assert not set(poster_runs.file_name([one], "a4", "zh")) & set('/\\:<>"?\n')
    db.session.rollback()


# --- many shops -----------------------------------------------------------------------------------------------------
def more_shops(chain: staff.Chain, count: int) -> None:
    region = db.session.get_one(shops.Region, chain.regions[0])
    for number in range(count):
        name = HOSTILE[:60] if number == 7 else f"第 {number} 店"
        shops.create_shop(code=f"N-{number:03}", name=name, region=region, by=COMMAND_LINE)
    db.session.commit()


def person(chain: staff.Chain, role: str = "researcher") -> Actor:
    return Actor(chain.users[role], f"{role}@example.org", role)


def test_every_code_of_a_run_for_two_hundred_shops_is_read_as_its_own_address(chain: staff.Chain) -> None:
    more_shops(chain, 198)
    app, researcher = chain.app, chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}/posters"
    order = {"scope": "all", "another": "收银台", "create": "1", "size": "a4", "language": "zh"}
    answer = researcher.post(path, order)
    assert answer.status_code == 303 and "/poster-runs/" in answer.location
    run = db.session.scalars(select(PosterRun)).one()
    assert run.sheets == 200 and "200 张" in researcher.text(answer.location)
    assert researcher.get(f"{answer.location}/file").status_code == 422
    work_id = run.work_id
    db.session.remove()
    assert work_id is not None and worker.perform(app, work_id)

    packed = researcher.get(f"{answer.location}/file")
    assert (packed.status_code, packed.mimetype) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(packed.data))
    names = archive.namelist()
    assert len(names) == 201 and len(set(names)) == 201 and names[-1] == "全部海报-a4.pdf"
    codes = {one.code: one.shop.code for one in db.session.scalars(select(Collector)) if one.shop}
    read = [zxingcpp.read_barcodes(picture)[0].text for picture in pictures(archive.read(names[-1]), 1.0)]
    assert sorted(read) == sorted(f"http://127.0.0.1:8000/s/{code}" for code in codes)
    for name in names[:-1]:  # the sheet of a shop holds the code of this shop
        (picture,) = pictures(archive.read(name), 1.0)
        assert name.startswith(f"{codes[zxingcpp.read_barcodes(picture)[0].text[-6:]]}-"), name


def test_doors_that_are_missing_are_made_once_and_only_by_who_may(chain: staff.Chain) -> None:
    path = f"/questionnaires/{chain.questionnaire}/posters"
    order = {
        "scope": "list",
        "shop": str(chain.shops[0]),
        "another": "咨询台",
        "create": "1",
        "size": "a5",
        "language": "zh",
    }
    refused = chain.signed_in("shop-staff").post(path, order)
    assert refused.status_code == 422 and db.session.query(Collector).count() == 3
    db.session.remove()
    researcher = chain.signed_in("researcher")
    for _ in range(2):
        answer = researcher.post(path, order)
        assert answer.status_code == 303
        assert researcher.get(answer.location).mimetype == "application/pdf"
    assert db.session.scalars(select(Collector.place).where(Collector.shop_id == chain.shops[0])).all() == [
        "收银台",
        "咨询台",
    ]


def test_nothing_is_made_that_was_not_asked_for_and_shops_that_are_left_out_are_told(chain: staff.Chain) -> None:
    researcher = chain.signed_in("researcher")
    researcher.post(f"/collectors/{chain.doors['foreign']}/closure", {"closed": "1"})
    path = f"/questionnaires/{chain.questionnaire}/posters"
    order = {"scope": "all", "place": "0", "size": "a4", "language": "zh"}
    answer = researcher.post(path, order)
    assert answer.status_code == 303 and "/posters.pdf" in answer.location
    assert "1 家门店在这些位置没有二维码" in researcher.text(path) and db.session.query(Collector).count() == 3
    db.session.remove()
    only = order | {"scope": "list", "shop": str(chain.shops[1])}
    refused = researcher.post(path, only)
    assert refused.status_code == 422 and 'href="#create"' in refused.get_data(as_text=True)
    assert "/posters.pdf" in researcher.post(path, only | {"create": "1"}).location
    assert db.session.query(Collector).count() == 4


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"scope": "list"}, "shop"), ({"scope": "region", "region": ""}, "shop"), ({"place": []}, "place"),
        ({"size": "a3"}, "size"), ({"scope": "x"}, "scope"),
    ],
)  # fmt: skip
def test_an_order_that_lacks_something_is_refused_at_its_field(
    chain: staff.Chain, given: dict[str, Any], field: str
) -> None:
    order = {"scope": "all", "place": "0", "create": "1", "size": "a4", "language": "zh"} | given
    answer = chain.signed_in("researcher").post(f"/questionnaires/{chain.questionnaire}/posters", order)
    assert answer.status_code == 422 and f'href="#{field}"' in answer.get_data(as_text=True)
    assert db.session.query(PosterRun).count() == 0


def test_shop_staff_get_the_sheets_of_their_own_shop_at_once_and_no_others(chain: staff.Chain) -> None:
    own = chain.signed_in("shop-staff")
    answer = own.post(
        f"/questionnaires/{chain.questionnaire}/posters",
        {"scope": "all", "place": "0", "size": "till", "language": "both"},
    )
    sheets = own.get(answer.location)
    assert sheets.mimetype == "application/pdf" and words(sheets.data).count("KM-0") == 8
    foreign = f"/questionnaires/{chain.questionnaire}/posters.pdf?collector={chain.doors['foreign']}"
    assert own.get(foreign).status_code == 404


def order(chain: staff.Chain, by: Actor) -> PosterRun:
    return poster_runs.request_run(
        questionnaire=db.session.get_one(Questionnaire, chain.questionnaire), doors=[door(chain)], size="a4",
        language="zh", by=by, now=clock.now(),
    )  # fmt: skip


def test_a_run_is_its_owners_and_three_at_once_are_enough(chain: staff.Chain) -> None:
    run = order(chain, person(chain))
    order(chain, person(chain))
    order(chain, person(chain))
    with pytest.raises(DomainError):
        order(chain, person(chain))
    run_id = run.id
    db.session.commit()
    db.session.remove()
    assert chain.signed_in("researcher").get(f"/poster-runs/{run_id}").status_code == 200
    for path in (f"/poster-runs/{run_id}", f"/poster-runs/{run_id}/file"):
        assert chain.signed_in("administrator").get(path).status_code == 404


def test_a_file_is_gone_after_a_day(chain: staff.Chain) -> None:
    run = order(chain, person(chain))
    work_id, run_id = run.work_id, run.id
    db.session.commit()
    db.session.remove()
    assert work_id is not None and worker.perform(chain.app, work_id)
    folder = chain.app.extensions["survey_settings"].poster_folder
    assert [path.name for path in folder.iterdir()] == [f"{run_id}.zip"]
    assert (folder / f"{run_id}.zip").stat().st_mode & 0o777 == 0o600
    later = clock.now() + timedelta(hours=25)
    assert poster_runs.expire(now=clock.now(), folder=folder) == 0
    assert poster_runs.expire(now=later, folder=folder) == 1 and list(folder.iterdir()) == []
    assert poster_runs.state_of(db.session.get_one(PosterRun, run_id), now=later)[0] == "expired"


def test_a_closed_door_is_not_printed(chain: staff.Chain) -> None:
    collecting.close(collector=door(chain), by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    questionnaire = db.session.get_one(Questionnaire, chain.questionnaire)
    found = poster_runs.choose_doors(
        questionnaire=questionnaire, shops=shops.all_shops(), places=["收银台"], create=(), by=person(chain),
        now=clock.now(),
    )  # fmt: skip
    assert [one.id for one in found] == [chain.doors["foreign"]]


def test_very_many_sheets_are_put_together_in_several_files(
    chain: staff.Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poster_runs, "TOGETHER", 2)
    doors = [db.session.get_one(Collector, number) for number in chain.doors.values()]
    packed, told = io.BytesIO(), list[int]()
    poster_runs.pack(packed, doors, made=lambda some: b"%d" % len(some), size="a5", language="en", progress=told.append)
    archive = zipfile.ZipFile(packed)
    assert [archive.read(name) for name in archive.namelist()[-2:]] == [b"2", b"1"]
    assert archive.namelist()[-2:] == ["all-posters-1-a5.pdf", "all-posters-2-a5.pdf"] and told == [3, 3]
