"""Orders: the list, one with what happened to it. Customers stand there masked."""

from datetime import date
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.accounts.views.guard import present_user
from survey_app.database import db
from survey_app.organisation import shops
from survey_app.people import contacts, labels, order_lists
from survey_app.people.models import Contact, Order
from survey_app.people.order_lists import Wanted
from survey_app.people.views import blueprint


def _day(name: str) -> date | None:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else None


def _wanted(places: dict[int, str]) -> Wanted:
    shop = request.args.get("shop", "")
    state = request.args.get("state", "")
    return Wanted(
        number=request.args.get("q", "").strip()[:60],
        state=state if state in labels.ORDER_STATES else "",
        shop_id=int(shop) if shop in {str(key) for key in (0, *places)} else None,
        first=_day("first"),
        last=_day("last"),
    )


@blueprint.get("/orders")
@web.access("order:read")
def orders_page() -> Response:
    """The orders that this person may see."""
    user, language = present_user(), web.language_tag()
    own = shops.all_shops(region_id=user.region_id, shop_id=user.shop_id)
    places = {shop.id: f"{shop.code} {shop.display_name(language)}" for shop in own}
    wanted = _wanted(places)
    found, more = order_lists.find(user, wanted, page=web.page_number(), size=web.PAGE_SIZE)
    people = order_lists.contacts_of(found)
    return web.render(
        "people/orders.html",
        fragment="people/_orders.html",
        orders=[(order, _customer(people.get(order.contact_id or 0))) for order in found],
        shops=places,
        states=labels.ORDER_STATES,
        wanted=wanted,
        narrowed=wanted != Wanted(),
        page=web.page_number(),
        more=more,
    )


def _customer(contact: Contact | None) -> dict[str, str]:
    if contact is None:
        return {"name": "", "phone": ""}
    reach = contacts.masked_phone(contact) or contacts.masked_email(contact)
    return {"name": contacts.masked_name(contact), "phone": reach}


@blueprint.get("/orders/<int:order_id>")
@web.access("order:read")
def order_page(order_id: int) -> Response:
    """One order."""
    order: Order = web.found(db.session.scalar(order_lists.visible_to(present_user()).where(Order.id == order_id)))
    contact = db.session.get(Contact, order.contact_id) if order.contact_id else None
    values: dict[str, Any] = {"states": labels.ORDER_STATES, "kinds": order_lists.EVENTS}
    return web.render(
        "people/order.html",
        order=order,
        contact=contact,
        customer=_customer(contact),
        events=order_lists.events_of(order),
        **values,
    )
