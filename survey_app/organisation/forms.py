"""Forms of the chain, its logo, regions and shops, departments, teams and tiers."""

import re
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms.validators import DataRequired, Length, StopValidation, ValidationError

from survey_app.forms import Area, Choice, Line, StaffForm, at_most, switch

NAME = lazy_gettext("请填写名称，最多 80 个字。")
CODE = lazy_gettext("编码由字母、数字、点、横线组成，最多 16 个字符，例如 KM-001。")


def _name() -> Line:
    return Line(validators=[DataRequired(NAME), Length(max=80, message=NAME)])


class ChainForm(StaffForm):
    """What customers see of the chain."""

    name = _name()
    name_en = Line(validators=[at_most(80)])
    help_phone = Line(validators=[at_most(32)])
    colour = Line(validators=[DataRequired(lazy_gettext("请用 #00833f 这样的六位颜色代码。")), at_most(32)])
    privacy_zh = Area(validators=[at_most(5000)])
    privacy_en = Area(validators=[at_most(5000)])


class LogoForm(StaffForm):
    """A new logo, or the wish to have none."""

    takes_files = True

    remove = Choice({"1": True, "": False})
    logo = FileField()

    def validate_logo(self, field: Any) -> None:
        """A file is needed, unless the present one shall go."""
        if field.data is None and not self.remove.data:
            raise ValidationError(lazy_gettext("请选择一个图片文件。"))


class ApprovalSettingForm(StaffForm):
    """Whether a second person must agree before anything is published."""

    needed = switch()


class RegionForm(StaffForm):
    """A region of the chain."""

    code = Line(validators=[DataRequired(CODE), Length(max=16, message=CODE)])
    name = _name()
    name_en = Line(validators=[at_most(80)])


class ShopForm(RegionForm):
    """A shop. The view gives the regions: id -> Region."""

    region = Choice(message=lazy_gettext("请选择大区。没有大区时先建一个。"))


class DepartmentForm(RegionForm):
    """A department."""


class TeamForm(RegionForm):
    """A team. The view gives shops and departments: id -> object, and "" for none."""

    shop = Choice()
    department = Choice()


class Yuan(Line):
    """An amount of money in yuan, at most two decimals; `cents` is its value. Nothing typed is 0."""

    cents = 0
    _SHAPE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?")

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        typed = self.data or "0"
        if not self._SHAPE.fullmatch(typed):
            raise StopValidation(str(lazy_gettext("请填写金额，例如 1000 或 999.50。")))
        self.cents = int(Decimal(typed) * 100)


class Count(Line):
    """A whole number from 0 on; `whole` is its value. Nothing typed is 0."""

    whole = 0

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        typed = self.data or "0"
        if not (typed.isascii() and typed.isdigit() and len(typed) < 7):
            raise StopValidation(str(lazy_gettext("请填写整数，例如 6。")))
        self.whole = int(typed)


class TierForm(RegionForm):
    """A customer tier: what somebody spent, or how often somebody bought, in twelve months."""

    spent = Yuan()
    orders = Count()
