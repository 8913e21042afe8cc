"""Forms of campaigns."""

from datetime import date

from flask_babel import lazy_gettext
from wtforms.validators import DataRequired, StopValidation

from survey_app.campaigns.drafting import EVENTS
from survey_app.campaigns.models import KINDS
from survey_app.forms import Choice, Choices, Line, Number, StaffForm, at_most, switch

WHOLE = lazy_gettext("请填写整数，例如 200。")
DAY = lazy_gettext("请填写日期，例如 2026-11-30。")
MONEY = lazy_gettext("请填写金额，例如 500 或 99.50。")
CHANNELS = {"sms,email": ("sms", "email"), "email,sms": ("email", "sms"), "sms": ("sms",), "email": ("email",)}


class Whole(Line):
    """A whole number up to a million, or None when nothing was typed."""

    whole: int | None = None

    def pre_validate(self, form: object) -> None:
        super().pre_validate(form)
        given = self.data or ""
        if given and not (given.isascii() and given.isdigit() and len(given) < 7):
            raise StopValidation(str(WHOLE))
        self.whole = int(given) if given else None


class Day(Line):
    """A date as the browser sends it, or None."""

    day: date | None = None

    def pre_validate(self, form: object) -> None:
        super().pre_validate(form)
        given = self.data or ""
        try:
            self.day = date.fromisoformat(given) if given else None
        except ValueError as error:
            raise StopValidation(str(DAY)) from error
        if given and (len(given) != 10 or self.day is None or not 2000 <= self.day.year < 2200):
            raise StopValidation(str(DAY))


class Money(Line):
    """Yuan with at most two decimals, as cents; None when nothing was typed."""

    cents: int | None = None

    def pre_validate(self, form: object) -> None:
        super().pre_validate(form)
        given = self.data or ""
        whole, _dot, part = given.partition(".")
        good = whole.isascii() and whole.isdigit() and len(whole) < 8 and len(part) <= 2
        if given and not (good and (part == "" or (part.isascii() and part.isdigit()))):
            raise StopValidation(str(MONEY))
        self.cents = int(whole) * 100 + int((part + "00")[:2]) if given else None


class NewCampaignForm(StaffForm):
    """A campaign to begin with. The view gives the published questionnaires: id -> Questionnaire."""

    kind = Choice({kind: kind for kind in KINDS})
    questionnaire = Choice(message=lazy_gettext("请选择一份已发布的问卷。"))
    name = Line(validators=[at_most(120)])


class CampaignForm(StaffForm):
    """Everything of a draft. The view gives shops, regions and tiers (id -> row) and the names of templates."""

    name = Line(validators=[DataRequired(lazy_gettext("请填写活动名称。")), at_most(120)])
    who = Choice({"orders": "orders", "contacts": "contacts"}, absent="orders")
    shop = Choices()
    region = Choices()
    online = Choice({"": False, "1": True})
    tier = Choices()
    since = Day()
    until = Day()
    leave_small = Choice({"": False, "1": True})
    event = Choice({event: event for event in EVENTS} | {"": ""})
    delay_hours = Whole()
    within_workdays = Whole()
    share = Whole()
    sample_size = Whole()
    monthly = Choice({"": False, "1": True})
    channels = Choice(CHANNELS, absent="sms")
    template = Choice(absent="invitation")
    reminder_template = Choice(absent="reminder")
    reminders = Choice({"0": 0, "1": 1, "2": 2}, absent="1")
    reminder_days = Whole()
    budget = Money()
    daily_most = Whole()
    closes_on = Day()
    next = Choice({"": "", "launch": "launch"})


class LaunchForm(StaffForm):
    """The number of people that somebody saw and agreed to."""

    people = Number()


class ApprovalForm(StaffForm):
    """A second person's answer."""

    agreed = switch()
    reason = Line(validators=[at_most(300)])


class TestForm(StaffForm):
    """One's own phone number or e-mail address for a test; kept sealed until it is sent."""

    address = Line(validators=[DataRequired(lazy_gettext("请填写您自己的手机号或邮箱。")), at_most(254)])
    language = Choice({"zh-CN": "zh-CN", "en": "en"}, absent="zh-CN")
