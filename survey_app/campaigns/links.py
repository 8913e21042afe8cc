"""The addresses in a message: the personal link, and the way to opt out. Computed when it is sent, stored nowhere."""

from survey_app.campaigns.models import Invitation
from survey_app.responses import ballots
from survey_app.vault import Vault


def ticket_of(invitation: Invitation, vault: Vault) -> ballots.Ticket:
    """The link code of an invitation and what follows from it. Raises KeyError when the wave has no keys (any more)."""
    return ballots.personal_code(
        vault, wave_id=invitation.wave_id, invitation_id=invitation.id, shop_id=invitation.shop_id
    )


def link_of(invitation: Invitation, vault: Vault, public_url: str, channel: str = "sms") -> str:
    """The personal link. A secret of the person: never store or log it. Those of mails say so (`?c=e`), an SMS has no room."""
    return f"{public_url}/i/{ticket_of(invitation, vault).code}" + ("?c=e" if channel == "email" else "")


def choice_link(link: str, code: str) -> str:
    """The link that opens with an answer of the first question chosen; only a pressed button submits it."""
    return f"{link}{'&' if '?' in link else '?'}a={code}"


def optout_of(invitation: Invitation, channel: str, vault: Vault, public_url: str) -> str:
    """The link of a message that ends all further ones to its address."""
    token = ballots.unsubscribe_token(vault, wave_id=invitation.wave_id, invitation_id=invitation.id, channel=channel)
    return f"{public_url}/u/{token}"
