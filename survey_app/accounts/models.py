"""Tables of staff."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, Moment

ROLES = ("administrator", "researcher", "shop-staff", "customer-service", "quality", "manager")


class User(Base):
    """A member of staff. Respondents are never users."""

    __tablename__ = "user"
    __table_args__ = (CheckConstraint("role in ('" + "','".join(ROLES) + "')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(80), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))  # argon2id; None until the one-time link was used
    role: Mapped[str] = mapped_column(String(32))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))  # sees this region only
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))  # sees this shop only
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    totp_secret: Mapped[str] = mapped_column(
        Text, default="", server_default=text("''")
    )  # sealed; "" until it is set up
    totp_step: Mapped[int] = mapped_column(
        default=0, server_default=text("0")
    )  # the last code that was used: each counts once
    language: Mapped[str] = mapped_column(String(8), default="zh")  # of the interface
    active: Mapped[bool] = mapped_column(default=True)
    sign_in_epoch: Mapped[int] = mapped_column(default=0)  # raised to end every session of the user
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(Moment)


class FailedTries(Base):
    """Failed guesses in a row, by e-mail (of an account or not) or by network address, both as a keyed hash only."""

    __tablename__ = "failed_tries"

    who: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)


class OneTimeLink(Base):
    """A link to set a password, once. Only the hash of its token is kept."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    user: Mapped[User] = relationship(lazy="joined")
