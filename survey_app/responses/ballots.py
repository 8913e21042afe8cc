"""Link codes and what follows from them (privacy.md 3.2). Pure: keys and a clock reading in, no database.

    r    = HMAC-SHA256(K_tick[w], invitation)[:56 bits]         a personal link: can be recomputed, is never stored
           56 random bits                                      an open page mints its own
    door = the shop's number, 3 characters                     a personal link; the collector's 6 on an open page
    tag  = HMAC-SHA256(K_tag[w], r || door)[:36 bits]
    T    = base64url(w as 16 bits || r || tag) || door          18 + 3 or 6 characters, ends in a letter or digit
    N    = HMAC-SHA256(K_ballot[w], T)                          the nullifier: the only trace on the answers side
    Kd   = HKDF-SHA256(T, info = "draft" || w)                  a draft opens only with the code in hand

T is a secret of the respondent: it is never stored and never logged.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from survey_app import tokens
from survey_app.vault import Vault, WaveKeys

CODE_LENGTH, PERSONAL_LENGTH = 24, 21
DOOR_LENGTH, SHOP_LENGTH = 6, 3
MOST_SHOPS = 32**SHOP_LENGTH - 1  # the highest number of a shop that a personal code can name; 0 is none
_SHAPE = re.compile(
    f"[A-Za-z0-9_-]{{18}}(?:[{tokens.ALPHABET}]{{{SHOP_LENGTH}}}|[{tokens.ALPHABET}]{{{DOOR_LENGTH}}})", re.ASCII
)
_NONCE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
# Stands in where a code is damaged or its wave has no keys, so that every refusal does the same work
_NO_CODE = "A" * 18 + tokens.ALPHABET[0] * DOOR_LENGTH
_NO_KEYS = WaveKeys(*(secrets.token_bytes(32) for _ in range(4)))
_NO_SALT = bytes(32)


class Ticket(NamedTuple):
    """A valid link code: the right to give one answer through one door in one wave. `door`: its 6 or 3 last characters."""

    code: str
    wave_id: int
    door: str
    nullifier: bytes
    keys: WaveKeys

    @property
    def is_personal(self) -> bool:
        """Whether an invitation stands behind it, and not an open page."""
        return len(self.door) == SHOP_LENGTH

    @property
    def shop_id(self) -> int | None:
        """The shop that a personal code names; None when it names none."""
        return _shop_of(self.door) if self.is_personal else None

    def __repr__(self) -> str:  # neither the code nor the keys may reach a log
        return f"Ticket(wave {self.wave_id}, door {self.door})"


def _tag(keys: WaveKeys, random_part: bytes, door: str) -> bytes:
    mac = hmac.digest(keys.tag, random_part + door.encode(), "sha256")
    return mac[:4] + bytes((mac[4] & 0xF0,))  # 36 bits


def _nullifier(keys: WaveKeys, code: str) -> bytes:
    return hmac.digest(keys.ballot, code.encode(), "sha256")


def _ticket(keys: WaveKeys, wave_id: int, random_part: bytes, door: str) -> Ticket:
    packed = wave_id.to_bytes(2, "big") + random_part + _tag(keys, random_part, door)
    # 108 bits are 18 characters exactly; the four bits that fill the last byte would be the 19th
    code = urlsafe_b64encode(packed)[:18].decode() + door
    return Ticket(code, wave_id, door, _nullifier(keys, code), keys)


def _keys_of(vault: Vault, wave_id: int) -> WaveKeys:
    keys = vault.wave(wave_id)
    if keys is None:
        raise KeyError(f"wave {wave_id} has no keys")
    return keys


def mint(vault: Vault, *, wave_id: int, door: str) -> Ticket:
    """A fresh code for an open page. Nothing is stored. Raises KeyError when the wave has no keys."""
    return _ticket(_keys_of(vault, wave_id), wave_id, secrets.token_bytes(7), door)


# --- personal links ---------------------------------------------------------------------------------------------------
def shop_door(shop_id: int | None) -> str:
    """A shop's number as the last 3 characters of a personal code. Raises ValueError above 32,767."""
    number = shop_id or 0
    if not 0 <= number <= MOST_SHOPS:
        raise ValueError(f"shop {shop_id} does not fit into a link code")
    return "".join(tokens.ALPHABET[number >> shift & 31] for shift in (10, 5, 0))


def _shop_of(door: str) -> int | None:
    number = 0
    for character in door:
        number = number << 5 | tokens.ALPHABET.index(character)
    return number or None


def _ticked(keys: WaveKeys, invitation_id: int) -> bytes:
    return hmac.digest(keys.tick, invitation_id.to_bytes(8, "big"), "sha256")[:7]


def personal_code(vault: Vault, *, wave_id: int, invitation_id: int, shop_id: int | None) -> Ticket:
    """The code of an invitation's personal link (21 characters): the same on every call, stored nowhere.

    Raises KeyError when the wave has no keys (any more).
    """
    keys = _keys_of(vault, wave_id)
    return _ticket(keys, wave_id, _ticked(keys, invitation_id), shop_door(shop_id))


def personal_nullifiers(vault: Vault, *, wave_id: int, invitations: Iterable[tuple[int, int | None]]) -> list[bytes]:
    """The nullifiers of many invitations (id, shop id) of one wave, in their order; 100,000 take half a second.

    They tell who has answered: keep them in memory, for the length of one reminder run. Raises KeyError without keys.
    """
    keys = _keys_of(vault, wave_id)
    return [_ticket(keys, wave_id, _ticked(keys, id_), shop_door(shop_id)).nullifier for id_, shop_id in invitations]


def code_index(vault: Vault, code: str) -> bytes:
    """The keyed index by which a confidential or identified invitation is found; never stored in anonymous mode."""
    return vault.blind_index(code)


# --- counter tablets --------------------------------------------------------------------------------------------------
def device_code(vault: Vault, *, wave_id: int, device_id: int, answer: str, door: str) -> Ticket:
    """The code of an answer given on a tablet; `answer`: the UUID that the tablet made for it.

    The same on every try and stored nowhere, so that an answer that is sent again finds its own ballot. Raises KeyError when
    the wave has no keys.
    """
    keys = _keys_of(vault, wave_id)
    given = hmac.digest(keys.tick, f"device|{device_id}|{answer}".encode(), "sha256")
    return _ticket(keys, wave_id, given[:7], door)


# --- opting out -------------------------------------------------------------------------------------------------------
class OptOut(NamedTuple):
    """What a genuine opt-out link names."""

    wave_id: int
    invitation_id: int
    channel: str


_CHANNEL_MARKS = {"sms": "s", "email": "e"}  # the last character: a link never ends in "-" or "_"
_OPT_OUT = re.compile("[A-Za-z0-9_-]{34}[AEIMQUYcgkosw048][se]", re.ASCII)  # two bits of the last but one are spare


def unsubscribe_token(vault: Vault, *, wave_id: int, invitation_id: int, channel: str) -> str:
    """The token (36 characters) of an opt-out link. The invitation in it is sealed with K_unsub (AES-SIV, RFC 5297), so that

    a provider cannot join its messages with our rows. Raises KeyError when the wave has no keys.
    """
    mark, number = _CHANNEL_MARKS[channel], wave_id.to_bytes(2, "big")
    sealed = AESSIV(_keys_of(vault, wave_id).unsubscribe).encrypt(
        invitation_id.to_bytes(8, "big"), [number, mark.encode()]
    )
    return urlsafe_b64encode(number + sealed).rstrip(b"=").decode() + mark


def open_unsubscribe(vault: Vault, token: str) -> OptOut | None:
    """What an opt-out token names; None when it is not ours, or its wave has no keys any more."""
    if not _OPT_OUT.fullmatch(token):
        return None
    packed, mark = urlsafe_b64decode(token[:-1] + "="), token[-1]
    keys = vault.wave(int.from_bytes(packed[:2], "big"))
    if keys is None:
        return None
    try:
        plain = AESSIV(keys.unsubscribe).decrypt(packed[2:], [packed[:2], mark.encode()])
    except InvalidTag:
        return None
    channel = next(name for name, one in _CHANNEL_MARKS.items() if one == mark)
    return OptOut(int.from_bytes(packed[:2], "big"), int.from_bytes(plain, "big"), channel)


# --- opening ----------------------------------------------------------------------------------------------------------
def open_ticket(vault: Vault, code: str) -> Ticket | None:
    """The ticket of a code, or None. Every refusal does the same work; the database is never asked."""
    shaped = _SHAPE.fullmatch(code) is not None
    text = code if shaped else _NO_CODE
    packed = urlsafe_b64decode(text[:18] + "A=")
    wave_id, door = int.from_bytes(packed[:2], "big"), text[18:]
    keys = vault.wave(wave_id)
    used = keys or _NO_KEYS
    genuine = hmac.compare_digest(_tag(used, packed[2:9], door), packed[9:14])
    nullifier = _nullifier(used, text)
    if not (shaped and genuine) or keys is None:
        return None
    return Ticket(code, wave_id, door, nullifier, keys)


def draft_key(ticket: Ticket) -> bytes:
    """256 bits that seal the draft of this code (HKDF, RFC 5869, one block)."""
    pseudo_random = hmac.digest(_NO_SALT, ticket.code.encode(), "sha256")
    return hmac.digest(pseudo_random, b"draft" + ticket.wave_id.to_bytes(2, "big") + b"\x01", "sha256")


def order_seed(ticket: Ticket, purpose: str = "order") -> int:
    """16 bits for random order: the same on every open of one code, unknown without the wave's keys."""
    return int.from_bytes(hmac.digest(ticket.keys.ballot, ticket.nullifier + purpose.encode(), "sha256")[:2], "big")


def _start(ticket: Ticket, version_id: int, issued: int) -> str:
    message = f"start|{ticket.code}|{version_id}|{issued}".encode()
    return urlsafe_b64encode(hmac.digest(ticket.keys.tag, message, "sha256")[:12]).decode()


def seal_start(ticket: Ticket, *, version_id: int, issued: int) -> str:
    """The MAC (16 characters) over code, version and issue time (seconds since 1970) that every page carries."""
    return _start(ticket, version_id, issued)


def check_start(ticket: Ticket, *, version_id: int, issued: int, mac: str) -> bool:
    """True when version and issue time are those that this code's first document was given."""
    return hmac.compare_digest(_start(ticket, version_id, issued).encode(), mac.encode("utf-8", "replace"))


def new_nonce() -> str:
    """128 random bits, 22 characters: tells a retry of a submit from a second answer."""
    return urlsafe_b64encode(secrets.token_bytes(16))[:22].decode()


def is_nonce(text: str) -> bool:
    """Whether a posted nonce has the shape of ours."""
    return _NONCE.fullmatch(text) is not None


def new_delete_code() -> str:
    """`rc`, 80 random bits, 16 characters: whoever holds it may delete (never read) the answer."""
    return tokens.short_code(16)
