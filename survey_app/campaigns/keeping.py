"""How long campaigns need a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from survey_app import clock
from survey_app.campaigns.models import Invitation
from survey_app.distribution.models import Wave


def needed_since(moment: datetime) -> Select[Any]:
    """Ids of the contacts with an invitation of a wave that is open or closed after this moment."""
    day = clock.china(moment).date()
    return (
        select(Invitation.contact_id)
        .join(Wave, Wave.id == Invitation.wave_id)
        .where(Wave.closes_on >= day, Invitation.contact_id.is_not(None))
    )
