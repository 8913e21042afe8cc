"""Filled forms without opening a page each: the secrets of a page are minted as the page mints them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from survey_app import clock
from survey_app.responses import ballots
from survey_app.runner.incoming import Start
from survey_app.vault import Vault


@dataclass(frozen=True)
class Filled:
    """A form of a page that was opened once; every `fresh` one is another person's."""

    pairs: tuple[tuple[str, str], ...]
    vault: Vault

    def fresh(self, **given: str) -> list[tuple[str, str]]:
        """The same answers under a new code, with a new nonce and delete code."""
        old = dict(self.pairs)
        opened = ballots.open_ticket(self.vault, old["_t"])
        assert opened is not None
        ticket = ballots.mint(self.vault, wave_id=opened.wave_id, door=opened.door)
        start = Start(int(old["_v"]), clock.epoch_seconds(), int(old["_u"]))
        new = {
            "_t": ticket.code,
            "_i": str(start.issued),
            "_m": ballots.seal_start(ticket, version_id=start.version_id, issued=start.moment),
            "_n": ballots.new_nonce(),
            "_r": ballots.new_delete_code(),
        } | given
        return [(name, new.get(name, value)) for name, value in self.pairs]

    def body(self, **given: str) -> bytes:
        """The fresh form as a browser encodes it."""
        return urlencode(self.fresh(**given)).encode()
