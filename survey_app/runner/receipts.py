"""Addresses under `/o/`: the QR code on a receipt. It takes the order's invitation and goes on as that personal link.

Nothing is written: neither that a receipt was scanned nor by whom. The order number stays on the people side.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from flask import Response
from sqlalchemy import select

from survey_app import clock
from survey_app.campaigns import receipts
from survey_app.campaigns.models import Invitation
from survey_app.people.models import Order
from survey_app.responses import ballots
from survey_app.runner import closing
from survey_app.runner.personal import Personal
from survey_app.runner.reading import Reader

if TYPE_CHECKING:
    from survey_app.runner.views import Respondents

_SOON = timedelta(days=2)  # after the purchase was completed its invitation may still come


class _Row(NamedTuple):
    state: str
    completed_at: datetime | None
    invitation_id: int | None
    wave_id: int | None
    shop_id: int | None
    cancelled: bool | None


class Receipts:
    """The view. `personal`: goes on once the invitation is known."""

    def __init__(self, here: "Respondents", personal: Personal) -> None:
        self.here = here
        self.personal = personal
        self._reader = Reader(here.settings)

    def view(self, order: str) -> Response:
        """The first document, or why there is none."""
        read = receipts.read(self.here.vault, order, self._keys)
        if read is None:
            return self.personal.wrong()
        rows = self._rows(*read)
        waves, now = self.here.doors.waves(), clock.epoch_seconds()
        if not rows:
            return self.personal.page(closing.not_yet)  # the shop system reports its orders later
        if rows[0].state not in ("open", "completed"):
            return self.personal.page(closing.not_taking_part, 410)
        for row in rows:
            wave = waves.get(row.wave_id or 0)
            if row.state != "completed" or wave is None or row.invitation_id is None or row.cancelled:
                continue
            if row.wave_id is not None and now < wave.ends_at and self.here.vault.wave(row.wave_id) is not None:
                ticket = ballots.personal_code(
                    self.here.vault, wave_id=row.wave_id, invitation_id=row.invitation_id, shop_id=row.shop_id
                )
                return self.personal.meet(ticket, wave, "receipt")
        if any(row.invitation_id for row in rows):
            return self.personal.closed()
        return self.personal.page(closing.not_yet) if self._is_new(rows[0]) else self.personal.closed()

    @staticmethod
    def _is_new(row: _Row) -> bool:
        return row.completed_at is None or row.completed_at > clock.now() - _SOON

    def _keys(self, source: str) -> list[int]:
        return receipts.accepted(self._reader.rows(receipts.numbers(source)), now=clock.now())

    def _rows(self, source: str, number: str) -> list[_Row]:
        o, i = Order.__table__.c, Invitation.__table__.c
        query = (
            select(o.state, o.completed_at, i.id, i.wave_id, i.shop_id, i.cancelled)
            .join_from(Order.__table__, Invitation.__table__, i.order_id == o.id, isouter=True)
            .where(o.source == source, o.number == number)
            .order_by(i.id.desc())
        )
        return [_Row(*row) for row in self._reader.rows(query)]
