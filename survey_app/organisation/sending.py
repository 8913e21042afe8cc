"""Whether the chain sends anything at all. A restore pauses it until a person says that it is safe again."""

from datetime import datetime

from survey_app import events
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.messaging import outbox
from survey_app.organisation.models import Organisation


def resume(*, chain: Organisation, by: Actor, now: datetime) -> None:
    """Let messages leave again."""
    if not chain.sending_paused:
        raise DomainError(N_("发送没有暂停，不需要确认。"))
    chain.sending_paused = False
    outbox.begin_anew(now=now)
    events.record("sending.resumed", chain, by=by)
