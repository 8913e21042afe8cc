"""At this time, do that: the periodic tasks of the house, nothing else."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from survey_app import chaining, web
from survey_app.accounts import attempts
from survey_app.analysis.figures import Mover
from survey_app.campaigns import (
    calling,
    composing,
    following,
    gate,
    keeping,
    limits,
    progress,
    quotas,
    receipts,
    reminding,
    running,
    testing,
    tightening,
    turnout,
    unsealing,
    withdrawing,
)
from survey_app.design import converting
from survey_app.distribution import poster_runs
from survey_app.distribution.waves import ensure_waves
from survey_app.exports import requesting
from survey_app.messaging import forgetting, purposes
from survey_app.organisation.chain import the_chain
from survey_app.people import consents, erasure, importing, shredding, signing, suppressions, tiers
from survey_app.responses import recordings, retention, settling, uploads
from survey_app.safekeeping import backups, restoring, rotating

HOUR, DAY = 3_600, 86_400

_mover = Mover()


def sign_checkpoint(now: datetime) -> None:
    """Sign how far the audit log has come, and copy it off the host where a folder is given for that."""
    chaining.checkpoint(now=now, seed=web.vault().key("audit"))
    folder = web.settings().checkpoint_folder
    if folder is not None:
        chaining.copy_checkpoints(folder)


def _house() -> purposes.House:
    chain = the_chain()
    signature = chain.sms_signature or chain.name
    return purposes.House(chain.sending_paused, chain.sample, chain.name, signature, chain.display_name("en"))


def _opted_out(address: str, now: datetime) -> None:
    suppressions.suppress(suppressions.index_of(address), reason=suppressions.OPTED_OUT, source="sms", now=now)


def _bounced(index: bytes, now: datetime) -> None:
    suppressions.suppress(index, reason=suppressions.BOUNCED, source="mail", now=now)


purposes.bind_house(_house)
purposes.bind_refusals(_opted_out, _bounced)
purposes.register(
    limits.PURPOSE,
    purposes.Purpose(
        gate.judge, composing.compose, prepare=composing.prepare, reasons=gate.REASONS, names=progress.names
    ),
)
purposes.register(testing.PURPOSE, purposes.Purpose(testing.judge, testing.compose))

erasure.AFTER.append(unsealing.forget_person)

# tick name -> (every how many seconds, what to do); a tick may commit, what it leaves open is committed after it
EVERY: dict[str, tuple[int, Callable[[datetime], Any]]] = {
    "figures": (10, lambda now: _mover.tick()),
    "waves": (HOUR, lambda now: ensure_waves(now=now)),
    "exports": (HOUR, lambda now: requesting.expire(now=now, folder=web.settings().export_folder)),
    "conversions": (HOUR, lambda now: converting.expire(now=now)),
    "posters": (HOUR, lambda now: poster_runs.expire(now=now, folder=web.settings().poster_folder)),
    "audit_chain": (1, lambda now: chaining.extend()),
    "audit_checkpoint": (HOUR, sign_checkpoint),
    "backups": (60, backups.tick),
    "old_databases": (60, lambda now: restoring.forget_old_databases(web.settings())),
    "key_rotation": (HOUR, rotating.resume),
    "imports": (HOUR, lambda now: importing.expire(now=now)),
    "api_nonces": (HOUR, lambda now: signing.forget_nonces(now=now)),
    "people": (DAY, lambda now: shredding.apply(now=now, needed=keeping.needed_since(now - shredding.KEPT))),
    "tiers": (DAY, lambda now: tiers.assign(now=now)),
    "consent_proofs": (DAY, lambda now: consents.forget_old_proofs(now=now)),
    "failed_tries": (HOUR, lambda now: attempts.expire(now=now)),
    "refunded": (60, lambda now: withdrawing.cancel_refunded(now=now)),
    "followed_events": (60, lambda now: following.follow_events(now=now)),
    "stricter_modes": (60, lambda now: tightening.apply(now=now)),
    "receipts": (60, lambda now: receipts.follow(now=now)),
    "reminders": (HOUR, lambda now: reminding.remind(now=now)),
    "ended_campaigns": (HOUR, lambda now: running.end_due(now=now)),
    "call_lists": (HOUR, lambda now: calling.draw_due(now=now)),
    "field_work": (DAY, lambda now: turnout.keep_counts(now=now)),
    "quotas": (HOUR, lambda now: quotas.move_shown()),
    "recordings": (60, lambda now: recordings.ask_to_write_down(now=now)),
    "recordings_expired": (DAY, lambda now: recordings.expire(now=now)),
    "recipients": (DAY, lambda now: forgetting.forget_recipients(now=now)),
    "retention": (DAY, lambda now: (retention.apply(now=now), uploads.expire(now=now))),  # files end with their answers
    "arrivals": (HOUR, lambda now: settling.forget_arrivals(now=now)),  # after retention: it drops what that left
}
UNCLAIMED = frozenset({"audit_chain"})  # right in any number of workers at once: a claim each second would only cost
AT_START = ("retention", "arrivals")  # also when a worker starts, however short it lived before
AT_STOP = ("arrivals",)
