"""Regions and shops: made and changed here, found by code from the command line and imports."""

import re
from datetime import datetime

from sqlalchemy import select

from survey_app import events
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.organisation.models import Department, Region, Shop, Team, Tier

Named = Region | Shop | Department | Team | Tier  # what has a code and a name

DEFAULT_REGION = ("default", "全部门店", "All shops")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}")


def all_regions() -> list[Region]:
    """Every region, by code."""
    return list(db.session.scalars(select(Region).order_by(Region.code)))


def all_shops(*, region_id: int | None = None, shop_id: int | None = None) -> list[Shop]:
    """Shops by region and code; narrowed to one region or one shop."""
    query = select(Shop).join(Region).order_by(Region.code, Shop.code)
    if region_id is not None:
        query = query.where(Shop.region_id == region_id)
    if shop_id is not None:
        query = query.where(Shop.id == shop_id)
    return list(db.session.scalars(query))


def find_shop(code: str) -> Shop | None:
    """The shop with this code."""
    return db.session.scalar(select(Shop).where(Shop.code == code.strip()))


def checked_names(kind: type[Named], code: str, name: str, present: Named | None) -> tuple[str, str]:
    """Code and name as they may be kept for `present` (None: something new). Raises DomainError."""
    code, name = code.strip(), name.strip()
    if not _CODE.fullmatch(code):
        raise DomainError(N_("编码由字母、数字、点、横线组成，最多 16 个字符，例如 KM-001。")).at("code")
    if not name or len(name) > 80:
        raise DomainError(N_("请填写名称，最多 80 个字。")).at("name")
    other = db.session.execute(select(kind.id, kind.name).where(kind.code == code)).first()
    if other is not None and (present is None or other.id != present.id):
        raise DomainError(N_("编码 %(code)s 已被“%(name)s”使用。"), code=code, name=other.name).at("code")
    return code, name


def create_region(*, code: str, name: str, by: Actor, name_en: str = "") -> Region:
    """A new region of the chain."""
    code, name = checked_names(Region, code, name, None)
    region = Region(code=code, name=name, name_en=name_en.strip()[:80])
    db.session.add(region)
    db.session.flush()
    events.record("region.created", region, by=by, code=code)
    return region


def change_region(*, region: Region, code: str, name: str, name_en: str, by: Actor) -> None:
    """Give a region other names or another code."""
    region.code, region.name = checked_names(Region, code, name, region)
    region.name_en = name_en.strip()[:80]
    events.record("region.changed", region, by=by, code=code)


def create_shop(*, code: str, name: str, region: Region, by: Actor, name_en: str = "") -> Shop:
    """A new shop in a region."""
    code, name = checked_names(Shop, code, name, None)
    shop = Shop(code=code, name=name, name_en=name_en.strip()[:80], region_id=region.id)
    db.session.add(shop)
    db.session.flush()
    events.record("shop.created", shop, by=by, code=code, region=region.id)
    return shop


def change_shop(*, shop: Shop, code: str, name: str, name_en: str, region: Region, by: Actor) -> None:
    """Give a shop other names, another code or another region. Answers keep pointing to the shop."""
    shop.code, shop.name = checked_names(Shop, code, name, shop)
    shop.name_en, shop.region_id = name_en.strip()[:80], region.id
    events.record("shop.changed", shop, by=by, code=shop.code, region=region.id)


def find_or_create_shop(*, code: str, by: Actor, now: datetime, name: str = "") -> Shop:
    """The shop with this code; an unknown one is made in the first region (which is made when there is none)."""
    found = find_shop(code)
    if found is not None:
        return found
    region = db.session.scalar(select(Region).order_by(Region.id).limit(1))
    if region is None:
        region = create_region(code=DEFAULT_REGION[0], name=DEFAULT_REGION[1], name_en=DEFAULT_REGION[2], by=by)
    return create_shop(code=code, name=name or code, region=region, by=by)
