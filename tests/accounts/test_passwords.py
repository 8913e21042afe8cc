"""What a password must be, how it is kept."""

import pytest

from survey_app.accounts import passwords
from survey_app.errors import DomainError

EMAIL = "zhangmin@example.org"


@pytest.mark.parametrize("password", ["short", "123456789", "", "一二三四五六七八九"])
def test_a_short_password_is_refused(password: str) -> None:
    with pytest.raises(DomainError, match="10"):
        passwords.check(password, email=EMAIL)


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaa", "password12", "1234567890", "zhangmin12", "Zhangmin@example.org", "12345678admin", "ababababab"],
)
def test_what_everybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(DomainError):
        passwords.check(password, email=EMAIL)


@pytest.mark.parametrize(
    "password", ["violet tram umbrella", "早上八点的豆浆油条最好吃", "x9!kQ2@mW7#z", "   spaces  inside   "]
)
def test_a_long_or_rare_password_is_taken(password: str) -> None:
    passwords.check(password, email=EMAIL)


def test_a_password_of_more_than_128_characters_is_refused() -> None:
    passwords.check("abc3de" * 21, email=EMAIL)
    with pytest.raises(DomainError, match="128"):
        passwords.check("abc3de" * 22, email=EMAIL)


def test_the_hash_is_argon2id_with_the_agreed_cost_and_its_own_salt() -> None:
    one, other = passwords.hashed("violet tram umbrella"), passwords.hashed("violet tram umbrella")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other
    assert passwords.is_right("violet tram umbrella", one) and passwords.is_right("violet tram umbrella", other)
    assert not passwords.is_right("violet tram umbrellA", one)


def test_full_width_characters_of_a_chinese_keyboard_are_the_same_password() -> None:
    assert passwords.is_right("ａｂｃ１２３４５６７８９", passwords.hashed("abc123456789"))


def test_nobody_is_never_right() -> None:
    assert not passwords.is_right("nobody has this password", None)


def test_a_damaged_hash_is_a_wrong_password() -> None:
    assert not passwords.is_right("violet tram umbrella", "$argon2id$broken")
