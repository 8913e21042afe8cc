"""A test message to an address that a member of staff typed. The address is used once and kept nowhere."""

from collections.abc import Mapping

from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.messaging import templates
from survey_app.messaging.channels.kinds import build
from survey_app.messaging.channels.port import Accepted, Answer
from survey_app.messaging.purposes import House, Outgoing
from survey_app.messaging.senders import Way


def outgoing(*, channel: str, address: str, house: House, values: Mapping[str, str]) -> Outgoing:
    """The shipped invitation with sample values. Needs the database: call it before the connection is given back."""
    words = templates.newest("invitation", channel, "zh-CN")
    assert words is not None
    filled = templates.fill(words, {**templates.samples(), **values})
    if channel == "sms":
        return Outgoing(
            address=address, text=templates.sms_text(filled, house.signature), signature=house.signature,
            template="invitation/zh-CN", provider_template=words.provider_template, variables=filled.variables,
        )  # fmt: skip
    return Outgoing(address=address, subject=filled.subject, text=filled.text, sender_name=house.chain)


def send(way: Way, outgoing: Outgoing, attempt_id: str) -> Answer:
    """Call the provider, with no transaction open. Raises DomainError in words when it was not taken."""
    answer = build(way.kind, way.options, way.secrets).send(outgoing, attempt_id)
    if not isinstance(answer, Accepted):
        raise DomainError(N_("没有发出：%(code)s。请检查这个通道的设置。"), code=answer.code).at("address")
    return answer
