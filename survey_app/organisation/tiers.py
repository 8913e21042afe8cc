"""Customer tiers (普通, 白银, 黄金): thresholds that the chain sets."""

from sqlalchemy import func, select

from survey_app import events
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.organisation.models import Tier
from survey_app.organisation.shops import checked_names

MOST_CENTS = 2_000_000_000  # twenty million yuan in a year
MOST_ORDERS = 10_000
MOST_TIERS = 10


def all_tiers() -> list[Tier]:
    """Every tier, the lowest first."""
    return list(db.session.scalars(select(Tier).order_by(Tier.position, Tier.id)))


def create_tier(*, code: str, name: str, spent_cents: int, orders: int, by: Actor, name_en: str = "") -> Tier:
    """A new tier above the present ones; the first has no threshold: everybody reaches it."""
    code, name = checked_names(Tier, code, name, None)
    count = db.session.scalar(select(func.count()).select_from(Tier)) or 0
    if count >= MOST_TIERS:
        raise DomainError(N_("最多 %(n)s 个等级。"), n=MOST_TIERS)
    top = db.session.scalar(select(func.max(Tier.position)))
    tier = Tier(code=code, name=name, name_en=name_en.strip()[:80], position=0 if top is None else top + 1)
    tier.spent_cents, tier.orders = spent_cents, orders
    _check_order([*all_tiers(), tier])
    db.session.add(tier)
    db.session.flush()
    events.record("tier.created", tier, by=by, code=code, spent_cents=spent_cents, orders=orders)
    return tier


def change_tier(*, tier: Tier, code: str, name: str, name_en: str, spent_cents: int, orders: int, by: Actor) -> None:
    """Give a tier other names or thresholds. Who belongs to it is computed anew with the next daily task."""
    code, name = checked_names(Tier, code, name, tier)
    before = {"spent_cents": tier.spent_cents, "orders": tier.orders}
    with db.session.no_autoflush:
        tier.code, tier.name, tier.name_en = code, name, name_en.strip()[:80]
        tier.spent_cents, tier.orders = spent_cents, orders
        _check_order(all_tiers())
    after = {"spent_cents": spent_cents, "orders": orders}
    events.record("tier.changed", tier, by=by, code=code, before=before, after=after)


def _check_order(levels: list[Tier]) -> None:
    """The lowest has no threshold; above it one is needed, and each used one is higher than the same one below."""
    if any((levels[0].spent_cents, levels[0].orders)):
        raise DomainError(N_("最低等级没有门槛，两项都填 0。")).at("spent")
    spent = orders = 0
    for tier in levels[1:]:
        if not 0 <= tier.spent_cents <= MOST_CENTS or not 0 <= tier.orders <= MOST_ORDERS:
            raise DomainError(N_("门槛太大，请检查是否多输了 0。")).at("spent")
        if not tier.spent_cents and not tier.orders:
            raise DomainError(N_("请至少填一个门槛：消费金额或订单数。")).at("spent")
        if tier.spent_cents and tier.spent_cents <= spent or tier.orders and tier.orders <= orders:
            raise DomainError(N_("等级“%(name)s”的门槛要比下一级高。"), name=tier.name).at("spent")
        spent, orders = tier.spent_cents or spent, tier.orders or orders
