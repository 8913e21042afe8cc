"""Link codes cannot be guessed, tell nothing, and give the same derived values on every open."""

import hashlib
import math
import random
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_app import tokens
from survey_app.responses import ballots
from survey_app.responses.ballots import Ticket
from survey_app.vault import Vault, WaveKeys

BASE64 = string.ascii_letters + string.digits + "-_"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = Vault(tmp_path / "keys")
    made.create_wave(5)
    made.create_wave(6)
    return made


@pytest.fixture
def ticket(vault: Vault) -> Ticket:
    return ballots.mint(vault, wave_id=5, door="ABC234")


def test_a_minted_code_opens_and_gives_what_was_minted(vault: Vault, ticket: Ticket) -> None:
    assert ballots.open_ticket(vault, ticket.code) == ticket
    assert len(ticket.code) == ballots.CODE_LENGTH and ticket.code.endswith("ABC234")
    assert (ticket.wave_id, ticket.door) == (5, "ABC234")


def test_another_process_derives_the_same_values(vault: Vault, ticket: Ticket) -> None:
    again = ballots.open_ticket(Vault(vault.folder), ticket.code)
    assert again is not None and again.nullifier == ticket.nullifier
    assert ballots.draft_key(again) == ballots.draft_key(ticket)
    assert ballots.order_seed(again) == ballots.order_seed(ticket) < 1 << 16


def mutations(code: str) -> Iterator[str]:
    for index, character in enumerate(code):
        alphabet = BASE64 if index < 18 else tokens.ALPHABET
        yield from (code[:index] + other + code[index + 1 :] for other in alphabet if other != character)


def test_no_code_with_one_changed_character_opens(vault: Vault, ticket: Ticket) -> None:
    changed = list(mutations(ticket.code))
    assert len(changed) == 18 * 63 + 6 * 31
    assert [code for code in changed if ballots.open_ticket(vault, code) is not None] == []


@pytest.mark.parametrize(
    "code", ["", "A", "A" * 24, "é" * 24, "A" * 18 + "\n" * 6, "A" * 17 + "=" + "ABC234", "\ud800" * 24, "A" * 9_999]
)
def test_what_is_no_code_is_refused_without_an_error(vault: Vault, code: str) -> None:
    assert ballots.open_ticket(vault, code) is None


def test_white_space_around_a_code_is_not_overlooked(vault: Vault, ticket: Ticket) -> None:
    assert ballots.open_ticket(vault, ticket.code + "\n") is None
    assert ballots.open_ticket(vault, ticket.code.lower()) is None


def test_a_code_is_bound_to_its_door_and_its_wave(vault: Vault, ticket: Ticket) -> None:
    assert ballots.open_ticket(vault, ticket.code[:18] + "ABC235") is None
    other_wave = ballots.mint(vault, wave_id=6, door="ABC234").code[:3] + ticket.code[3:]
    assert ballots.open_ticket(vault, other_wave) is None


def test_a_code_whose_wave_has_no_keys_any_more_is_refused(vault: Vault, ticket: Ticket) -> None:
    vault.remove_waves([5])
    assert ballots.open_ticket(vault, ticket.code) is None
    with pytest.raises(KeyError):
        ballots.mint(vault, wave_id=5, door="ABC234")


def test_random_codes_do_not_open(vault: Vault) -> None:
    rng = random.Random(1)
    head = ballots.mint(vault, wave_id=5, door="ABC234").code[:2]  # the wave's number, as an attacker knows it
    codes = (head + "".join(rng.choices(BASE64, k=16)) + "ABC234" for _ in range(20_000))
    assert not any(ballots.open_ticket(vault, code) for code in codes)


@pytest.mark.long
def test_a_million_random_codes_do_not_open(vault: Vault) -> None:
    rng = random.Random(2)
    head = ballots.mint(vault, wave_id=5, door="ABC234").code[:2]
    codes = (head + "".join(rng.choices(BASE64, k=16)) + "ABC234" for _ in range(1_000_000))
    assert not any(ballots.open_ticket(vault, code) for code in codes)


def test_the_nullifier_cannot_be_computed_from_the_code_alone(vault: Vault, ticket: Ticket) -> None:
    keys = vault.wave(6)
    assert keys is not None
    assert ticket.nullifier != hashlib.sha256(ticket.code.encode()).digest()
    assert ticket.nullifier != ballots._nullifier(keys, ticket.code)


def test_codes_end_so_that_a_chat_program_keeps_the_link_whole(vault: Vault) -> None:
    for _ in range(200):
        assert ballots.mint(vault, wave_id=5, door=tokens.short_code(6)).code[-1] not in "-_"


def test_the_start_is_bound_to_code_version_and_time(vault: Vault, ticket: Ticket) -> None:
    mac = ballots.seal_start(ticket, version_id=3, issued=1_700_000_000)
    assert ballots.check_start(ticket, version_id=3, issued=1_700_000_000, mac=mac)
    other = ballots.mint(vault, wave_id=5, door="ABC234")
    assert not ballots.check_start(other, version_id=3, issued=1_700_000_000, mac=mac)
    assert not ballots.check_start(ticket, version_id=4, issued=1_700_000_000, mac=mac)
    assert not ballots.check_start(ticket, version_id=3, issued=1_700_000_001, mac=mac)
    for broken in ("", "é", "\ud800", mac[:-1], mac + "A"):
        assert not ballots.check_start(ticket, version_id=3, issued=1_700_000_000, mac=broken)


def test_order_seeds_differ_by_purpose_and_fill_their_range(vault: Vault) -> None:
    tickets = [ballots.mint(vault, wave_id=5, door="ABC234") for _ in range(300)]
    seeds = {ballots.order_seed(t) for t in tickets}
    assert len(seeds) > 280 and max(seeds) > 60_000
    assert any(ballots.order_seed(t) != ballots.order_seed(t, "arm") for t in tickets[:3])


def test_a_ticket_never_shows_its_code_or_keys_in_a_log(ticket: Ticket) -> None:
    assert ticket.code not in repr(ticket) and ticket.code not in str(ticket)
    assert repr(ticket.keys) not in f"{ticket!r} {ticket}"


def test_derived_values_are_those_of_the_design(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Vectors worked out apart from the program, each key with a byte of its own (privacy.md 3.2)."""
    vault = Vault(tmp_path)
    vault._waves[5] = WaveKeys(tick=b"\x01" * 32, tag=b"\x02" * 32, ballot=b"\x03" * 32, unsubscribe=b"\x04" * 32)
    monkeypatch.setattr(vault, "_look_again_at", math.inf)
    monkeypatch.setattr("survey_app.responses.ballots.secrets.token_bytes", lambda size: bytes(range(size)))
    ticket = ballots.mint(vault, wave_id=5, door="ABC234")
    assert ticket.code == "AAUAAQIDBAUGvAaCwLABC234"
    assert ticket.nullifier.hex() == "6c4ddc35d5f88eca3c9cba29cef951c65502562ca3122076eca67ec4c3b46c0f"
    assert ballots.draft_key(ticket).hex() == "1ba1fefe2f3a8c9d4d562ece7d1ae75ae879c4b654edaef74f034249f548ee9a"
    assert (ballots.order_seed(ticket), ballots.order_seed(ticket, "arm")) == (59234, 26573)
    assert ballots.seal_start(ticket, version_id=3, issued=1_700_000_000) == "WH7yrCNiSOYXfyhS"
    assert ballots.open_ticket(vault, ticket.code) == ticket


# --- personal codes -----------------------------------------------------------------------------------------------------
@pytest.fixture
def personal(vault: Vault) -> Ticket:
    return ballots.personal_code(vault, wave_id=5, invitation_id=77, shop_id=12)


def test_a_personal_code_is_the_same_on_every_call_and_names_its_shop(vault: Vault, personal: Ticket) -> None:
    assert len(personal.code) == ballots.PERSONAL_LENGTH == 21 and personal.code[-1] not in "-_"
    assert ballots.open_ticket(Vault(vault.folder), personal.code) == personal
    assert (personal.is_personal, personal.shop_id) == (True, 12)
    assert ballots.personal_code(vault, wave_id=5, invitation_id=77, shop_id=12) == personal
    others = [(5, 78, 12), (5, 77, 13), (6, 77, 12), (5, 77, None)]
    codes = {ballots.personal_code(vault, wave_id=w, invitation_id=i, shop_id=s).code for w, i, s in others}
    assert len(codes | {personal.code}) == 5


def test_a_personal_code_names_no_shop_or_one_up_to_the_highest(vault: Vault) -> None:
    for shop_id in (None, 1, 32, 32_767):
        made = ballots.personal_code(vault, wave_id=5, invitation_id=1, shop_id=shop_id)
        opened = ballots.open_ticket(vault, made.code)
        assert opened is not None and opened.shop_id == shop_id
    for shop_id in (-1, 32_768):
        with pytest.raises(ValueError):
            ballots.personal_code(vault, wave_id=5, invitation_id=1, shop_id=shop_id)


def test_a_hundred_thousand_bent_or_random_personal_codes_do_not_open(vault: Vault, personal: Ticket) -> None:
    rng = random.Random(3)
    bent = set(mutations(personal.code))
    heads = [personal.code[:2], "AA", ""]
    while len(bent) < 100_000:
        head = rng.choice(heads)
        tail = "".join(rng.choices(BASE64, k=18 - len(head))) + "".join(rng.choices(tokens.ALPHABET, k=3))
        bent.add(head + tail)
    assert [code for code in bent if ballots.open_ticket(vault, code) is not None] == []


def test_no_code_turns_into_the_other_kind(vault: Vault, ticket: Ticket, personal: Ticket) -> None:
    assert ballots.open_ticket(vault, ticket.code[:21]) is None
    assert ballots.open_ticket(vault, personal.code + "ABC") is None
    assert ballots.open_ticket(vault, personal.code[:18] + "ABC234") is None


def test_nullifiers_of_many_are_those_of_each(vault: Vault) -> None:
    people: list[tuple[int, int | None]] = [(n, n % 40 or None) for n in range(1, 2_000)]
    many = ballots.personal_nullifiers(vault, wave_id=5, invitations=people)
    assert len(set(many)) == len(people)
    for place in (0, 39, 1_998):
        invitation_id, shop_id = people[place]
        one = ballots.personal_code(vault, wave_id=5, invitation_id=invitation_id, shop_id=shop_id)
        assert many[place] == one.nullifier


def test_personal_codes_are_those_of_the_design(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Worked out apart from the program with the keys of the test above (privacy.md 3.2)."""
    import hmac
    from base64 import urlsafe_b64encode

    vault = Vault(tmp_path)
    vault._waves[5] = WaveKeys(tick=b"\x01" * 32, tag=b"\x02" * 32, ballot=b"\x03" * 32, unsubscribe=b"\x04" * 32)
    monkeypatch.setattr(vault, "_look_again_at", math.inf)
    r = hmac.new(b"\x01" * 32, bytes.fromhex("000000000000004d"), "sha256").digest()[:7]
    door = "22E"  # 12 in base 32: 0, 0, the twelfth after 2
    tag = hmac.new(b"\x02" * 32, r + door.encode(), "sha256").hexdigest()[:9]
    bits = f"{5:016b}{int.from_bytes(r, 'big'):056b}{int(tag, 16):036b}"
    code = urlsafe_b64encode(int(bits + "0000", 2).to_bytes(14, "big"))
    made = ballots.personal_code(vault, wave_id=5, invitation_id=77, shop_id=12)
    assert made.code == code.decode()[:18] + door
    assert made.nullifier == hmac.new(b"\x03" * 32, made.code.encode(), "sha256").digest()


# --- opting out ---------------------------------------------------------------------------------------------------------
def test_an_opt_out_token_names_its_invitation_to_us_alone(vault: Vault) -> None:
    token = ballots.unsubscribe_token(vault, wave_id=5, invitation_id=77, channel="email")
    assert len(token) == 36 and token[-1] not in "-_"
    assert ballots.open_unsubscribe(vault, token) == (5, 77, "email")
    assert token == ballots.unsubscribe_token(vault, wave_id=5, invitation_id=77, channel="email")
    near = ballots.unsubscribe_token(vault, wave_id=5, invitation_id=78, channel="email")
    assert sum(a == b for a, b in zip(token[3:-1], near[3:-1], strict=True)) < 12  # nothing of the number shows


def test_a_bent_opt_out_token_opens_nothing(vault: Vault) -> None:
    token = ballots.unsubscribe_token(vault, wave_id=5, invitation_id=77, channel="sms")
    bent = [token[:i] + c + token[i + 1 :] for i in range(36) for c in BASE64 if c != token[i]]
    assert [text for text in bent if ballots.open_unsubscribe(vault, text) is not None] == []
    assert ballots.open_unsubscribe(vault, "") is None and ballots.open_unsubscribe(vault, "é" * 36) is None
    vault.remove_waves([5])
    assert ballots.open_unsubscribe(vault, token) is None
