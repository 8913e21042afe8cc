"""How somebody comes in: through which door, with which code, and what is stored of the way.

Every kind of address makes one of these; from there on all pages are the same (`views.Respondents.enter` and `take`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from survey_app.responses.ballots import Ticket
from survey_app.runner.doors import Door, Paper


class Way(NamedTuple):
    """What is stored of how an answer came. `crowd`: people who may have come like this so far, None where nobody counts."""

    channel: str
    verified: bool = False
    crowd: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One respondent at one door. `ticket` is None at an open page, which mints one."""

    door: Door
    ticket: Ticket | None = None
    home: str = ""  # where forms are sent; "": to the address of the page. Needed where the address holds a code
    carried: Mapping[str, str] = field(default_factory=dict)  # further hidden fields, the same for everybody
    facts: Mapping[str, str] = field(default_factory=dict)  # order data of a confidential or identified invitation
    invitation_id: int | None = None  # of such an invitation: its answer is linked to it
    entered: str = ""  # the channel, when staff enter what somebody says
    stored_way: Callable[[], Way] | None = None  # asked at the submit; None: the kind of the door

    @property
    def is_personal(self) -> bool:
        """Whether the code can be opened again, on any device."""
        return self.ticket is not None and self.ticket.is_personal

    @property
    def can_change(self) -> bool:
        """Whether the answer can be changed and taken back: by its own link, never in anonymous mode."""
        return self.invitation_id is not None and self.home != ""

    def kept(self, paper: Paper) -> str:
        """Whether drafts are saved, and where they go on: `Place.kept`."""
        return "anywhere" if paper.kept == "yes" and self.is_personal else paper.kept

    def way(self) -> Way:
        """How the answer came."""
        return self.stored_way() if self.stored_way else Way(self.door.kind)
