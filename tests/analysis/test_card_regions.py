"""Cards of places: ten of each level and the rest, and no place of which fewer than five people tell."""

from typing import Any

import pytest

from survey_app.analysis import card_regions, cards
from survey_app.analysis.card_shapes import Card
from tests.analysis.test_card_tables import counted, lines
from tests.questionnaire import tools

ASKED = tools.made(tools.question("home", "region"), tools.question("born", "region", levels=1))
DISTRICTS = ("440303", "440304", "440305", "440306", "440307", "440308", "440309", "440310", "440311")


def lives(district: str, city: str = "", province: str = "") -> dict[str, Any]:
    city = city or district[:4] + "00"
    return {"home_province": province or city[:2] + "0000", "home_city": city, "home_district": district}


def card(name: str, people: list[dict[str, Any]], language: str = "en") -> Card:
    made = cards.card(ASKED.question(name), (ASKED,), counted(*people, asked=ASKED), language, str)
    assert made is not None
    return made


def test_each_level_has_a_list_of_its_own() -> None:
    people = [lives("440305")] * 20 + [lives("440103")] * 8 + [lives("110105", "110000")] * 7
    made = card("home", people)
    assert (made.n, made.state) == (35, "good") and [part.title for part in made.parts] == [
        "Province",
        "City",
        "District",
    ]
    provinces, cities, districts = map(lines, made.parts)
    assert [provinces[name][0] for name in provinces] == ["28", "7"] and list(provinces) == ["Guangdong", "Beijing"]
    assert list(cities) == ["Shenzhen", "Guangzhou", "Beijing"]
    assert list(districts) == ["Shenzhen 南山区", "Guangzhou 荔湾区", "Beijing 朝阳区"]


def test_a_place_of_few_people_is_in_the_rest_with_another_one() -> None:
    people = [lives("440305")] * 20 + [lives("440303")] * 9 + [lives("440304")] * 6 + [lives("440306")] * 2
    found = lines(card("home", people).parts[2])
    assert {name: cells[0] for name, cells in found.items()} == {
        "Shenzhen 南山区": "20", "Shenzhen 罗湖区": "9", card_regions.REST_TEXT: "8",
    }  # fmt: skip


def test_no_more_than_ten_places_are_listed() -> None:
    codes = [*DISTRICTS, "440103", "440104", "440105"]
    people = [lives(code) for number, code in enumerate(codes) for _ in range(20 - number)]
    found = lines(card("home", people).parts[2])
    assert len(found) == card_regions.MOST_LISTED + 1
    assert list(found)[-1] == card_regions.REST_TEXT and found[card_regions.REST_TEXT][0] == str(10 + 9)


def test_people_who_do_not_say_are_a_line_at_the_end() -> None:
    people = [{"born_province": "440000"}] * 12 + [{"born_province": "refused"}] * 6
    (part,) = card("born", people).parts
    assert {name: cells[0] for name, cells in lines(part).items()} == {"Guangdong": "12", "Prefer not to say": "6"}


@pytest.mark.parametrize(("n", "state"), [(4, "hidden"), (5, "few"), (30, "good")])
def test_few_answers_are_hidden_or_grey(n: int, state: str) -> None:
    made = card("home", [lives("440305")] * n)
    assert made.state == state and bool(made.parts) == (state != "hidden")
