"""How figures are written: shares, scores, intervals. The words come from the caller's catalogue."""

from collections.abc import Callable

from survey_app.analysis.measures import Estimate

Say = Callable[[str], str]  # gettext of the reader's language, Chinese as the source


def percent(share: float, n: int) -> str:
    """A share between 0 and 1: whole per cent below a thousand answers, `<1%` for what would read as nothing."""
    if 0 < share < 0.01:
        return "<1%"
    return f"{100 * share:.0f}%" if n < 1000 else f"{100 * share:.1f}%"


def with_count(count: int, n: int) -> str:
    """`42% (21)`."""
    return f"{percent(count / n if n else 0, n)} ({count:,})"


def number(value: float) -> str:
    """A number without needless zeros, at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def score(value: float) -> str:
    """A score with one decimal; minus as a minus sign."""
    return f"{value:.1f}".replace("-", "\u2212")


def signed(value: float) -> str:
    """A whole number with its sign."""
    rounded = round(value)
    return f"+{rounded}" if rounded > 0 else f"{rounded}".replace("-", "\u2212")


def interval(found: Estimate, _: Say, *, shares: bool = False) -> str:
    """`95% 区间 35.1 至 48.9`."""
    low, high = (
        (percent(found.low, found.n), percent(found.high, found.n)) if shares else (score(found.low), score(found.high))
    )
    return _("95%% 区间 %(low)s 至 %(high)s") % {"low": low, "high": high}
