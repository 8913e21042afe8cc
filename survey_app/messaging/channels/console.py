"""The channel of a sample chain: nothing leaves; the outbox page shows each message with its link."""

from survey_app.messaging.channels.port import Accepted, Answer, Channel
from survey_app.messaging.purposes import Outgoing


class Console(Channel):
    """Takes everything."""

    parallel = 1

    def send(self, outgoing: Outgoing, attempt_id: str) -> Answer:
        """Pretend it arrived."""
        return Accepted(f"console-{attempt_id[:12]}", delivered=True)
