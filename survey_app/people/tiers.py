"""Customer tiers from orders: what each contact spent and how often they bought in the last twelve months."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, false, func, literal, or_, select, update

from survey_app.database import db
from survey_app.organisation import tiers
from survey_app.organisation.models import Tier
from survey_app.people.models import Contact, Order

COUNTED = timedelta(days=365)


def assign(*, now: datetime) -> int:
    """Give every contact the highest tier of which a threshold is reached, all at once; returns how many changed.

    Only completed, unrefunded orders count. A threshold of 0 in a tier above the lowest is not used. For a daily tick.
    """
    levels = tiers.all_tiers()
    if not levels:
        return 0
    bought = (
        select(Order.contact_id, func.sum(Order.amount_cents).label("spent"), func.count().label("orders"))
        .where(Order.state == "completed", Order.completed_at > now - COUNTED, Order.contact_id.is_not(None))
        .group_by(Order.contact_id)
        .subquery()
    )
    reached = [(_reaches(tier, bought.c), tier.id) for tier in reversed(levels[1:])]
    tier_of: Any = case(*reached, else_=levels[0].id) if reached else literal(levels[0].id)
    due = (
        select(Contact.id, tier_of.label("tier"))
        .select_from(Contact)
        .outerjoin(bought, bought.c.contact_id == Contact.id)
    )
    changed = 0
    for tier in levels:
        rows = due.subquery()
        who = select(rows.c.id).where(rows.c.tier == tier.id)
        moved = (
            update(Contact)
            .where(Contact.id.in_(who), Contact.tier_id.is_distinct_from(tier.id))
            .values(tier_id=tier.id)
            .execution_options(synchronize_session=False)
        )
        changed += db.session.execute(moved).rowcount  # type: ignore[attr-defined]
    db.session.expire_all()
    return changed


def _reaches(tier: Tier, bought: Any) -> Any:
    ways: list[Any] = [false()]
    if tier.spent_cents:
        ways.append(func.coalesce(bought.spent, 0) >= tier.spent_cents)
    if tier.orders:
        ways.append(func.coalesce(bought.orders, 0) >= tier.orders)
    return or_(*ways)
