"""Forms of publication: publish, ask for approval and answer, times, retiring, comparing."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext
from wtforms.validators import StopValidation

from survey_app import clock
from survey_app.forms import Area, Choice, Line, Raw, StaffForm, at_most, switch

MOMENT = lazy_gettext("请填写日期和时间，例如 2026-11-25 09:00。")
FARTHEST = timedelta(days=3660)


class Moment(Line):
    """A moment on a clock in China, as `datetime-local` sends it; None when it is empty. Aware, in UTC."""

    moment: datetime | None = None

    def pre_validate(self, form: StaffForm) -> None:
        """Whether it is a moment within ten years of now."""
        self.moment = None
        if not self.data:
            return
        try:
            read = datetime.strptime(self.data.replace("T", " ")[:16], "%Y-%m-%d %H:%M")  # noqa: DTZ007 - zone follows
            self.moment = read.replace(tzinfo=clock.CHINA).astimezone(tz=clock.now().tzinfo)
        except (ValueError, OverflowError):
            raise StopValidation(str(MOMENT)) from None
        if len(self.data) > 19 or abs(self.moment - clock.now()) > FARTHEST:
            raise StopValidation(str(MOMENT))


class PublicationForm(StaffForm):
    """What changed, why a trend has to break, and whether a changed wording still asks the same."""

    note = Area(validators=[at_most(1000)])
    reason = Area(validators=[at_most(1000)])
    meaning = Choice({"same": True, "changed": False, "": False})
    digest = Raw()


class ApprovalForm(StaffForm):
    """The request of a second person's agreement."""

    note = Area(validators=[at_most(1000)])
    digest = Raw()


class DecisionForm(StaffForm):
    """The answer to a request."""

    approved = switch()
    answer = Area(validators=[at_most(1000)])


class ScheduleForm(StaffForm):
    """From when and until when answers are taken."""

    opens_at = Moment()
    closes_at = Moment()


class RetirementForm(StaffForm):
    """Take no more answers, or take them again."""

    retired = switch()
