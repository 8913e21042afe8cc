"""Who took part, never what they said: which nullifiers were used or have begun. For reminders, the gate and field work.

What is found here must not be written down per person (privacy.md 3.3 rule 1): it lives in memory, as a set or a count.
"""

from collections.abc import Iterable

from sqlalchemy import select

from survey_app.database import db
from survey_app.responses.models import Ballot, Draft

_AT_ONCE = 500  # nullifiers in one statement


def used(wave_id: int) -> set[bytes]:
    """Nullifiers of a wave whose answer was submitted; 100,000 take a fraction of a second."""
    return {bytes(key) for key in db.session.scalars(select(Ballot.nullifier).where(Ballot.wave_id == wave_id))}


def used_of(wave_id: int, nullifiers: Iterable[bytes]) -> set[bytes]:
    """Those of these nullifiers whose answer was submitted."""
    wanted, found = list(nullifiers), set[bytes]()
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        chosen = select(Ballot.nullifier).where(Ballot.wave_id == wave_id, Ballot.nullifier.in_(part))
        found |= {bytes(key) for key in db.session.scalars(chosen)}
    return found


def begun(wave_id: int) -> dict[bytes, tuple[int, str]]:
    """Nullifiers of a wave with a saved draft -> (version, the question they stopped at)."""
    chosen = select(Draft.nullifier, Draft.version_id, Draft.last_question).where(Draft.wave_id == wave_id)
    return {bytes(key): (version, question) for key, version, question in db.session.execute(chosen)}
