"""Small cells: nothing that is shown may give away fewer than five people, alone or by subtraction."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.analysis.disclosure import K, cells_to_show, comments_to_show, is_few, is_hidden, may_move

cells = st.dictionaries(st.integers(1, 8), st.integers(0, 30), max_size=8)


def test_a_small_cell_takes_its_smallest_neighbour_with_it() -> None:
    assert cells_to_show({1: 100, 2: 3, 3: 40}) == {1}
    assert cells_to_show({1: 100, 2: 3}) == set()
    assert cells_to_show({1: 100, 2: 3, 3: 4, 4: 50}) == {1, 4}
    assert cells_to_show({1: 100, 2: 1, 3: 1, 4: 50}) == {1}
    assert cells_to_show({1: 100, 2: 0, 3: 5}) == {1, 2, 3}


def test_between_five_and_thirty_a_figure_is_shown_as_uncertain() -> None:
    assert [n for n in range(40) if is_hidden(n)] == [0, 1, 2, 3, 4]
    assert [n for n in range(40) if is_few(n)] == list(range(5, 30))


@given(cells)
def test_no_hidden_cell_can_be_had_from_total_minus_shown_ones(cells: dict[int, int]) -> None:
    shown = cells_to_show(cells)
    hidden = [n for cell, n in cells.items() if cell not in shown]
    assert all(n == 0 or n >= K for cell, n in cells.items() if cell in shown)
    total = sum(cells.values())
    if total >= K and hidden:  # the total is shown beside them
        assert len(hidden) >= 2 and sum(hidden) >= K or not any(cells[cell] for cell in shown)


@given(cells)
def test_nothing_is_hidden_without_need(cells: dict[int, int]) -> None:
    if all(n == 0 or n >= K for n in cells.values()):
        assert cells_to_show(cells) == set(cells)


Looks = list[set[frozenset[int]]]


def look_at_everything(history: list[tuple[int, int]]) -> Looks:
    """People come to versions (count > 0) and leave them (count < 0); what can be seen after each step, as groups of people."""
    present: dict[int, set[int]] = {1: set(), 2: set(), 3: set()}
    figures: dict[int, set[int]] = {1: set(), 2: set(), 3: set()}
    looks: Looks = []
    person = 0
    for version, count in history:
        for _ in range(abs(count)):
            if count > 0:
                person += 1
                present[version].add(person)
            elif present[version]:
                present[version].pop()
        for each, people in present.items():
            if may_move(len(figures[each]), len(people)):
                figures[each] = set() if is_hidden(len(people)) else set(people)
        shown = cells_to_show({each: len(people) for each, people in figures.items()})
        everybody = frozenset().union(*figures.values())
        now = {frozenset(figures[each]) for each in shown}
        if not is_hidden(len(everybody)):
            now.add(everybody)
            now.add(everybody - frozenset().union(*(figures[each] for each in shown)))
        looks.append(now)
    return looks


def isolates(looks: set[frozenset[int]]) -> bool:
    """Whether one look, or the difference of two, is a group of one to four people."""
    return any(0 < len(one ^ other) < K for one, other in combinations(looks | {frozenset()}, 2))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9)), max_size=40))
def test_no_two_looks_ever_isolate_fewer_than_five_people_who_came(history: list[tuple[int, int]]) -> None:
    assert not isolates(set().union(*look_at_everything(history)))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(-9, 9)), max_size=40))
def test_no_look_and_no_move_of_a_figure_isolates_fewer_than_five_people_who_came_or_left(
    history: list[tuple[int, int]],
) -> None:
    """With withdrawals only neighbouring looks can be promised: two may leave and two others come between distant ones."""
    looks = look_at_everything(history)
    assert not any(isolates(now) for now in looks)
    for before, after in pairwise(looks):
        assert not isolates(before | after)


def test_texts_of_today_wait_until_tomorrow_and_come_in_batches() -> None:
    days = {10: 6, 11: 4, 12: 3, 13: 2}
    assert comments_to_show(days, today=11) is None  # only six in all
    assert comments_to_show(days, today=12) is None  # four more are no batch yet
    assert comments_to_show(days, today=13) == 12  # 6, then 4 + 3
    assert comments_to_show(days, today=99) == 12  # the last two wait for company
    assert comments_to_show({10: 50}, today=10) is None


@given(st.dictionaries(st.integers(0, 30), st.integers(1, 7), max_size=25))
def test_from_one_day_to_the_next_no_text_or_at_least_five_appear(days: dict[int, int]) -> None:
    seen = 0
    for today in range(33):
        last = comments_to_show(days, today)
        shown = sum(n for day, n in days.items() if last is not None and day <= last)
        assert shown == seen or shown - seen >= K
        assert shown == 0 or shown >= 10
        seen = shown
