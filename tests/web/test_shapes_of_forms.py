"""Every form of the staff side refuses what no browser would send: at its field, with a reason, and nothing is kept."""

import io
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.accounts import forms as accounts
from survey_app.accounts import users
from survey_app.accounts.models import User
from survey_app.analysis import forms as analysis
from survey_app.campaigns import call_forms, unsealing_forms
from survey_app.campaigns import forms as campaigns
from survey_app.config import ROOT
from survey_app.database import db
from survey_app.design import approving, pane_forms
from survey_app.design import forms as design
from survey_app.design import publication_forms as publication
from survey_app.design import starting_forms as starting
from survey_app.design.models import Questionnaire
from survey_app.distribution import device_forms as tablets
from survey_app.distribution import forms as distribution
from survey_app.distribution import widget_forms as embedded
from survey_app.distribution.poster_forms import PostersForm
from survey_app.events import COMMAND_LINE
from survey_app.exports import forms as exports
from survey_app.forms import StaffForm
from survey_app.messaging import forms as messaging
from survey_app.organisation import forms as organisation
from survey_app.people import forms as people
from survey_app.people import import_forms as imports
from tests import staff
from tests.web.objects import campaigned, converted, designed, framed, messaged, peopled


@dataclass(frozen=True)
class Sheet:
    """A form, where it is sent, and what is refused: (changes, field). `page`: the refusal stands in the form itself."""

    form: type[StaffForm]
    path: str
    good: dict[str, Any]
    wrong: list[tuple[dict[str, Any], str]]
    page: bool = True


def text(field: str, longest: int) -> list[tuple[dict[str, Any], str]]:
    """What every field of words refuses."""
    too_long, bell, nul = "长" * (longest + 1), "响\x07", "a\x00b"
    return [({field: bad}, field) for bad in (too_long, nul, bell, ["一", "二"])]


def chosen(field: str, *more: Any) -> list[tuple[dict[str, Any], str]]:
    """What every list refuses."""
    return [({field: bad}, field) for bad in ("no-such", "1\x00", "9" * 5000, "１", "-1", ["0", "0"], *more)]


PLACE = {"code": "KM-9", "name": "九店", "name_en": "Nine"}
NAMES = text("code", 16) + text("name", 80) + text("name_en", 80) + [({"name": " \t"}, "name"), ({"code": ""}, "code")]
PASSWORD = "long and seldom 7"
PASSWORDS = [({"password": ""}, "password"), ({"password": "x" * 513, "again": "x" * 513}, "password"),
             ({"again": "other"}, "again"), ({"password": [PASSWORD, PASSWORD]}, "password")]  # fmt: skip
WHO = text("name", 80) + chosen("role", "", "root") + chosen("region") + chosen("shop") + chosen("department")
SWITCHED = ("", "on", "true")

PINS = [({"pin": bad}, "pin") for bad in ("", "123", "1234567", "1111", "１２３４", "4" * 17, ["4711", "4711"])]
SITES = [
    ({"sites": bad}, "sites") for bad in ("", "*", "http://a.example.com", "长" * 2001, "a\x00b", ["https://a.cn", "b"])
]

MAIL_SERVER = {"kind": "smtp", "channel": "email", "name": "邮件", "position": "1", "cost": "0", "option-port": "465",
               "option-host": "smtp.example.com", "option-security": "tls", "option-sender": "survey@example.com"}  # fmt: skip

SHEETS = [
    Sheet(organisation.ChainForm, "/organisation", {"name": "康民", "colour": "#00833f", "privacy_zh": "一\r\n二"},
          text("name", 80) + text("name_en", 80) + text("help_phone", 32) + text("colour", 32)
          + text("privacy_zh", 5000) + text("privacy_en", 5000) + [({"name": ""}, "name"), ({"colour": ""}, "colour")]),
    Sheet(organisation.LogoForm, "/organisation/logo", {"remove": "1"},
          [({"remove": ""}, "logo"), ({"remove": "", "logo": "no file"}, "logo"), ({"remove": "2"}, "logo")]),
    Sheet(organisation.RegionForm, "/regions", PLACE, NAMES),
    Sheet(organisation.ShopForm, "/shops", PLACE | {"region": "{region}"}, NAMES + chosen("region", "")),
    Sheet(organisation.DepartmentForm, "/departments", PLACE, NAMES),
    Sheet(organisation.TeamForm, "/teams/{team}", PLACE | {"shop": "{shop}"}, NAMES + chosen("shop") + chosen("department")),
    Sheet(organisation.TierForm, "/tiers", PLACE | {"spent": "1000.50", "orders": "6"},
          NAMES + [({"spent": bad}, "spent") for bad in ("1e3", "-1", "1.001", "１", "9" * 10)]
          + [({"orders": bad}, "orders") for bad in ("1.5", "-1", "９", "9" * 7)]),
    Sheet(people.NumberForm, "/contacts/find", {}, text("number", 254) + [({"number": ""}, "number")]),
    Sheet(people.NewContactForm, "/contacts", {"phone": "13900139000", "language": ""},
          [*text("name", 80), *text("email", 254), ({"phone": "1"}, "phone"), ({"phone": "", "email": ""}, "phone")]),
    Sheet(people.ChangeContactForm, "/contacts/{contact}", {"name": "王小明", "language": "en"},
          [*text("name", 80), *text("email", 254), *chosen("language", "fr")]),
    Sheet(people.UnmaskForm, "/contacts/{contact}/unmask", {}, text("reason", 200) + [({"reason": "短"}, "reason")]),
    Sheet(people.ConsentForm, "/contacts/{contact}/consents", {"channel": "phone", "given": "1"},
          chosen("channel", "", "fax") + chosen("given", *SWITCHED), page=False),
    Sheet(people.OptOutForm, "/contacts/{contact}/opt-out", {"out": "1"},
          text("lift_reason", 200) + chosen("out", *SWITCHED), page=False),
    Sheet(people.ErasureForm, "/contacts/{contact}/erasure", {},
          [({"reason": "长" * 201, "sure": "1"}, "reason"), ({"reason": "\x07", "sure": "1"}, "reason")]),
    Sheet(people.OptOutsForm, "/opt-outs", {}, [({"numbers": "", "reason": "staff"}, "numbers"),
          ({"numbers": "长" * 60_001, "reason": "staff"}, "numbers")]),
    Sheet(imports.UploadForm, "/imports", {},
          [({"kind": "orders", "source": "pos"} | wrong, field)
           for wrong, field in text("source", 40) + chosen("kind", "", "people")
           + [({"source": ""}, "source"), ({}, "file"), ({"file": "x"}, "file")]]),
    Sheet(imports.SystemForm, "/systems", {"source": "till"}, text("source", 40) + [({"source": "收银"}, "source")]),
    Sheet(people.LiftForm, "/opt-outs/lift", {},
          [({"number": "13812345678", "lift_reason": bad}, "lift_reason") for bad in ("", "长" * 201, "a\x00")], page=False),
    Sheet(accounts.NewUserForm, "/users", {"email": "wang@example.org", "role": "quality"},
          WHO + text("email", 254) + [({"email": ""}, "email")]),
    Sheet(accounts.UserForm, "/users/{user}", {"name": "王芳", "role": "quality", "region": ""}, WHO),
    Sheet(accounts.CodeForm, "/account/second-factor", {}, text("code", 16) + [({"code": ""}, "code")], page=False),
    Sheet(accounts.SignInCodeForm, "/sign-in/code", {}, text("code", 16) + [({"code": ""}, "code")]),
    Sheet(accounts.AgainForm, "/sign-in/again", {}, [({"proof": ""}, "proof"), ({"proof": "长" * 5000}, "proof")]),
    Sheet(accounts.ActivityForm, "/users/{user}/activity", {"active": "0"}, chosen("active", *SWITCHED), page=False),
    Sheet(accounts.ChangePasswordForm, "/account/password",
          {"old": staff.PASSWORD, "password": PASSWORD, "again": PASSWORD},
          [*PASSWORDS, ({"old": ""}, "old"), ({"old": "x" * 513}, "old")]),
    Sheet(accounts.NewPasswordForm, "/invitations/{token}", {"password": PASSWORD, "again": PASSWORD}, PASSWORDS),
    Sheet(accounts.SignInForm, "/sign-in", {"email": "manager@example.org", "password": staff.PASSWORD},
          [*text("email", 254), ({"email": ""}, "email"), ({"password": ""}, "password"),
           ({"password": "x" * 513}, "password"), ({"next": ["/users", "/shops"]}, "next")]),
    Sheet(publication.PublicationForm, "/questionnaires/{draft}/versions", {"note": "一\r\n二"}, text("note", 1000)),
    Sheet(publication.PublicationForm, "/questionnaires/{draft}/versions", {"meaning": "same"},
          text("reason", 1000) + chosen("meaning") + [({"digest": ["a", "b"]}, "digest")], page=False),
    Sheet(publication.ApprovalForm, "/questionnaires/{draft}/approvals", {}, text("note", 1000)),
    Sheet(publication.DecisionForm, "/questionnaires/{draft}/approvals/{approval}/decision", {"approved": "1"},
          text("answer", 1000) + chosen("approved", *SWITCHED), page=False),
    Sheet(publication.ScheduleForm, "/questionnaires/{questionnaire}/schedule", {"opens_at": "2030-01-01T09:00"},
          text("opens_at", 20) + text("closes_at", 20) + [({"closes_at": "2030-13-01T09:00"}, "closes_at")]),
    Sheet(publication.RetirementForm, "/questionnaires/{questionnaire}/retirement", {"retired": "1"},
          chosen("retired", *SWITCHED), page=False),
    Sheet(distribution.SwitchForm, "/questionnaires/{questionnaire}/collectors/version", {},
          [({"next": ["a", "b"]}, "next")], page=False),
    Sheet(organisation.ApprovalSettingForm, "/organisation/approval", {"needed": "1"}, chosen("needed", *SWITCHED),
          page=False),
    Sheet(design.ArchiveForm, "/questionnaires/{draft}/archive", {"archived": "1"}, chosen("archived", *SWITCHED),
          page=False),
    Sheet(design.FilingForm, "/questionnaires/{draft}/filing", {"folder": "门店", "tags": "月度"},
          text("folder", 60) + text("tags", 300) + [({"next": ["/a", "/b"]}, "next")]),
    Sheet(pane_forms.PaneForm, "/questionnaires/{draft}/properties", {"node": "root", "act": "scale:new"},
          text("node", 16) + text("act", 60) + text("value_language", 20) + text("value_score", 20)
          + [({"act": "no-such"}, "act"), ({"weight:x": "1" * 201}, "parts"), ({"name:e": "a\x00"}, "parts")], page=False),
    Sheet(design.FieldForm, "/questionnaires/{draft}/fields",
          {"node": "root", "key": "title", "language": "zh-CN", "value": "新的标题"},
          text("node", 16) + text("key", 40) + text("language", 16) + text("index", 3) + text("value", 10_000)
          + text("only", 16), page=False),
    Sheet(design.FieldForm, "/questionnaires/{draft}/fields", {"f:root:title:en": "New title"},
          [({"f:root:title:en": bad}, "fields") for bad in ("长" * 10_001, "a\x00b", "响\x07")], page=False),
    Sheet(design.ChangeForm, "/questionnaires/{draft}/fields",
          {"node": "root", "key": "title", "language": "en", "value": "Newer", "rev": "1", "page": "f" * 16},
          [*chosen("force"), ({"rev": ["1", "2"]}, "rev"), ({"page": ["f" * 16, "e" * 16]}, "page")], page=False),
    Sheet(design.ActForm, "/questionnaires/{draft}/acts", {"do": "add:{banked}:rating", "fresh": ""},
          text("do", 80) + text("after", 16) + text("anchor", 16) + text("language", 16) + text("lines", 50_000)
          + [({"fresh": "no-such"}, "fresh")], page=False),
    Sheet(design.RuleForm, "/questionnaires/{draft}/rules/{ruled}/show_if",
          {"act": "save", "join": "all", "item": "0", "name.0": "nps", "was.0": "nps", "operator.0": "at_most",
           "value.0": "5"},
          text("act", 20) + text("name.0", 20_000) + text("kept.1", 20_000)
          + [({"value.0": bad}, "lists") for bad in ("5" * 2_001, "5\x00")] + [({"item": ["0", "x"]}, "lists")], page=False),
    Sheet(design.FixForm, "/questionnaires/{draft}/fixes", {}, text("code", 40) + text("path", 200) + text("language", 16),
          page=False),
    Sheet(design.ConfirmationForm, "/questionnaires/{draft}/translations/confirmations?language=en", {"cell": "{cell}"},
          text("cell", 200), page=False),
    Sheet(design.LanguageForm, "/questionnaires/{draft}/languages", {"language": "ja"}, chosen("language", "tlh"),
          page=False),
    Sheet(design.TranslationsForm, "/questionnaires/{draft}/translations/imports", {},
          [({}, "file"), ({"file": "no file"}, "file")]),
    Sheet(design.IndicatorForm, "/indicators", {"key": "calm", "parent": "", "name_zh": "安静"},
          text("key", 40) + text("parent", 40) + text("name_zh", 60) + text("name_en", 80) + [({"name_zh": ""}, "name_zh")]),
    Sheet(design.IndicatorForm, "/indicators/response_speed", {"name_zh": "快"},
          text("name_zh", 60) + text("name_en", 80) + text("note_zh", 500) + text("note_en", 500)),
    Sheet(design.RetireForm, "/indicators/response_speed/retirement", {"retired": "1"}, chosen("retired", *SWITCHED),
          page=False),
    Sheet(design.WeightsForm, "/indicator-weights", {"starts_on": "2030-01-01", "weight-response_speed": "100"},
          text("starts_on", 10) + text("note", 1000) + text("weight-response_speed", 20)
          + [({"weight-response_speed": "many"}, "weight-response_speed")]),
    Sheet(design.BankForm, "/bank", {"questionnaire": "{draft}", "node": "{ruled}", "key": "why"},
          text("node", 40) + text("key", 60) + text("note", 1000) + [({"questionnaire": ["{draft}"] * 2}, "questionnaire")],
          page=False),
    Sheet(design.RevisionForm, "/bank/{bank}/revisions", {"t-text-en": "New words", "note": "短"},
          text("node", 40) + text("note", 1000) + text("t-text-en", 2000), page=False),
    Sheet(design.BankInsertForm, "/questionnaires/{draft}/bank-questions", {"item": "{bank}"},
          text("item", 64) + text("after", 40), page=False),
    Sheet(design.BankDecisionForm, "/questionnaires/{draft}/bank/{banked}", {"decision": "update"},
          chosen("decision", ""), page=False),
    Sheet(design.OwnerForm, "/bank/{bank}/owner", {"owner": "{user}"}, chosen("owner", ""), page=False),
    Sheet(starting.TextForm, "/questionnaires/new/text",
          {"act": "create", "text": "标题\n1. 您满意吗？\nA. 是\nB. 否"}, text("title", 200) + text("name", 64)),
    Sheet(starting.EmptyForm, "/questionnaires/new/empty", {"title": "茶"}, text("title", 200)),
    Sheet(starting.ImportForm, "/questionnaires/import", {}, [({}, "file"), ({"file": "no file"}, "file")]),
    Sheet(starting.DraftForm, "/questionnaires/import/{conversion}", {"title": "茶"}, text("title", 200) + text("name", 64)),
    Sheet(design.LibraryForm, "/questionnaires", {"library": "csat"}, text("library", 64), page=False),
    Sheet(distribution.NewCollectorsForm, "/questionnaires/{questionnaire}/collectors", {"kind": "link", "name": "短信"},
          text("name", 120)),
    Sheet(distribution.NewCollectorsForm, "/questionnaires/{questionnaire}/collectors",
          {"kind": "shop", "shop": ["{shop}"], "place": "门口"}, text("place", 40)),
    Sheet(distribution.NewCollectorsForm, "/questionnaires/{questionnaire}/collectors",
          {"kind": "shop", "shop": ["{shop}"], "place": "门口"},
          [*chosen("kind", ""), ({"shop": ["no-such", "99999", "\x00"]}, "shop"), ({"shop": []}, "shop"),
           ({"ticket": ["a", "b"]}, "ticket")], page=False),
    # the chain of this test has one version: the page shows no fields yet, and there is nothing to take
    Sheet(PostersForm, "/questionnaires/{questionnaire}/posters",
          {"scope": "list", "shop": "{shop}", "place": "0", "another": "门口", "size": "a4", "language": "zh"},
          chosen("scope", "") + chosen("region") + text("another", 40) + chosen("create") + chosen("size", "")
          + chosen("language", "") + [({"shop": ["no-such", "-1"]}, "shop"),
             ({"place": "９", "another": ""}, "place")], page=False),
    Sheet(distribution.InterviewForm, "/interviews", {"questionnaire": "{questionnaire}", "shop": "{shop}"},
          chosen("questionnaire", "") + chosen("shop"), page=False),
    Sheet(distribution.GoalForm, "/questionnaires/{questionnaire}/goal", {"per_week": "20"},
          [({"per_week": bad}, "per_week") for bad in ("2o", "-1", "1.5", "９", "123456", "a\x00", ["1", "2"])], page=False),
    Sheet(distribution.VariantsForm, "/collectors/{door}/variants", {},
          chosen("first", "") + [({"first": "1"} | wrong, field) for wrong, field in chosen("second", "")]
          + [({"first": "1", "second": "1"} | wrong, field) for wrong, field in chosen("share", "99")], page=False),
    Sheet(distribution.EndVariantsForm, "/collectors/{door}/variants/end", {}, chosen("version", ""), page=False),
    Sheet(distribution.ClosureForm, "/collectors/{door}/closure", {"closed": "1"}, chosen("closed", *SWITCHED),
          page=False),
    Sheet(tablets.DeviceForm, "/devices", {"questionnaire": "{questionnaire}", "shop": "{shop}", "name": "左", "pin": "4711"},
          text("name", 80) + chosen("questionnaire", "") + chosen("shop", "") + PINS),
    Sheet(tablets.PinForm, "/devices/{device}/code", {"pin": "4711"}, PINS),
    Sheet(tablets.EnrolmentForm, "/enrolment", {}, [({"code": bad}, "code") for bad in ("长" * 41, "响\x07", ["一", "二"])]
          + [({"pin": "1" * 17}, "pin"), ({"pin": ["4711", "4711"]}, "pin")]),
    Sheet(embedded.WidgetForm, "/questionnaires/{questionnaire}/widgets", {"name": "官网", "sites": "https://a.example.com"},
          text("name", 120) + SITES + [({"ticket": ["a", "b"]}, "ticket")]),
    Sheet(embedded.SitesForm, "/collectors/{widget}/sites", {"sites": "https://b.example.com"}, SITES),
    Sheet(campaigns.NewCampaignForm, "/campaigns", {"kind": "once", "questionnaire": "{questionnaire}"},
          text("name", 120) + chosen("questionnaire", "", "{draft}")),
    Sheet(campaigns.NewCampaignForm, "/campaigns", {"kind": "calls", "questionnaire": "{questionnaire}", "name": "回访"},
          chosen("kind", ""), page=False),
    Sheet(campaigns.CampaignForm, "/campaigns/{campaign}",
          {"name": "十一月", "channels": "sms", "template": "invitation", "reminder_template": "reminder", "reminders": "2",
           "reminder_days": "3", "closes_on": "{today}", "budget": "99.5"},
          text("name", 120) + [({"name": ""}, "name")] + chosen("channels") + chosen("template", "") + chosen("reminders")
          + chosen("reminder_template", "") + [({field: bad}, field) for field in ("since", "until", "closes_on")
                                               for bad in ("2026-02-30", "26-1-1", "１", "20261101", "9999-12-31")]
          + [({field: bad}, field) for field in ("sample_size", "daily_most", "reminder_days")
             for bad in ("-1", "1.5", "９", "1" * 7, ["1", "2"])]
          + [({"budget": bad}, "budget") for bad in ("1,5", "-1", "1.234", "１", "9" * 8, "1e3")]),
    Sheet(campaigns.CampaignForm, "/campaigns/{campaign}", {"name": "丁", "closes_on": "{today}", "leave_small": "1"},
          chosen("who", "x") + chosen("event") + chosen("monthly") + chosen("online") + chosen("leave_small")
          + [({"shop": ["no-such"], "share": "1.5"}, "share"), ({"within_workdays": "x"}, "within_workdays"),
             ({"delay_hours": "１"}, "delay_hours"), ({"next": "away"}, "next")], page=False),
    # no answer of this chain may be unsealed, so nothing is taken
    Sheet(unsealing_forms.UnsealForm, "/unsealings", {},
          [({"number": "5"} | wrong, field) for wrong, field in text("reason", 300)]
          + [({"number": bad, "reason": "投诉编号 2026-118，需要联系"}, "number")
             for bad in ("", "5", "x", "９", "-1", "1" * 21, ["1", "2"])]),
    Sheet(campaigns.LaunchForm, "/campaigns/{undrawn}/launch", {"people": "1"},
          [({"people": bad}, "people") for bad in ("2", "", "x", "1" * 5000, ["1", "1"])], page=False),
    Sheet(campaigns.ApprovalForm, "/campaigns/{waiting}/approval", {"agreed": "0", "reason": "太多"},
          chosen("agreed", *SWITCHED) + text("reason", 300), page=False),
    Sheet(campaigns.TestForm, "/campaigns/{campaign}/tests", {"address": "13812345678", "language": "en"},
          text("address", 254) + [({"address": bad}, "address") for bad in ("", "1381234", "a@b")]
          + chosen("language"), page=False),
    Sheet(call_forms.OutcomeForm, "/campaigns/{calls}/calls/1/outcome", {"outcome": "refused"}, chosen("outcome", "dead"),
          page=False),
    Sheet(call_forms.CallFileForm, "/campaigns/{calls}/calls/file", {}, text("reason", 200) + [({"reason": ""}, "reason")]),
    Sheet(messaging.SenderForm, "/senders", MAIL_SERVER,
          text("name", 60) + text("cost", 8) + text("option-host", 2000) + text("secret-password", 300)
          + [({"name": ""}, "name"), ({"cost": "1,5"}, "cost"), ({"option-port": "0"}, "option-port"),
             ({"option-host": "10.0.0.1"}, "option-host"), ({"option-security": "ssl"}, "option-security")]),
    Sheet(messaging.SenderForm, "/senders/{sender}", MAIL_SERVER, chosen("kind", "") + chosen("channel", ""), page=False),
    Sheet(messaging.SwitchForm, "/senders/{sender}/activity", {"active": "0"}, chosen("active", *SWITCHED), page=False),
    Sheet(messaging.TestForm, "/senders/{sender}/tests", {}, text("address", 200) + [({"address": ""}, "address")]),
    Sheet(messaging.NewTemplateForm, "/message-templates", {"name": "vip", "channel": "sms", "language": "zh-CN"},
          text("name", 40) + chosen("channel", "") + chosen("language", "tlh") + [({"name": "VIP"}, "name")]),
    Sheet(messaging.TemplateForm, "/message-templates/email/en/invitation", {"subject": "Hello", "body": "Please: {{link}}"},
          text("subject", 120) + text("body", 4000) + [({"subject": ""}, "subject"), ({"body": "no place"}, "body")]),
    Sheet(messaging.TemplateForm, "/message-templates/sms/zh-CN/invitation", {"body": "请 {{link}} 退订回R"},
          text("provider_template", 64) + [({"body": "{nothing}{link}"}, "body")]),
    Sheet(messaging.ResendForm, "/messages/{message}/resending", {"reason": "顾客来电"},
          text("reason", 200) + [({"reason": " "}, "reason")]),
    Sheet(exports.OrderForm, "/questionnaires/{questionnaire}/exports", {"format": "csv", "reason": "月度分析"},
          text("reason", 500) + chosen("format", "", "xls") + chosen("content", "") + chosen("language", "tlh")
          + chosen("status", "begun") + chosen("region", "nowhere") + text("shops", 1000) + text("since", 7) + text("until", 7)
          + [({"reason": "   "}, "reason"), ({"since": "2026-1"}, "since"), ({"shops": "S404"}, "shops")]),
    Sheet(analysis.CommentsForm, "/questionnaires/{questionnaire}/results/comments", {"variable": "comment"},
          text("variable", 200) + [({field: bad}, field) for field in ("page", "version")
                                   for bad in ("x", "-1", "1" * 5000, "１", "1.5", ["1", "1"])], page=False),
    Sheet(analysis.FileForm, "/questionnaires/{questionnaire}/results/file", {"variable": "comment"},
          text("variable", 200) + text("file", 64), page=False),
]  # fmt: skip


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def dump(app: Flask) -> list[str]:
    db.session.remove()
    with sqlite3.connect(app.extensions["survey_settings"].sqlite_path) as connection:
        return list(connection.iterdump())


def filled(value: Any, known: dict[str, Any]) -> Any:
    return [filled(one, known) for one in value] if isinstance(value, list) else value.format(**known)


def known_of(chain: staff.Chain) -> dict[str, Any]:
    objects = designed(chain.draft) | peopled() | framed(chain.questionnaire, chain.shops[0])
    objects |= campaigned(chain.questionnaire, chain.users["researcher"])
    objects |= messaged()
    objects["conversion"] = converted(None, chain.users["researcher"])
    manager = db.session.get_one(User, chain.users["manager"])
    token = users.create_link(user=manager, by=COMMAND_LINE, now=clock.now())
    draft = db.session.get_one(Questionnaire, chain.draft)
    approval = approving.request(questionnaire=draft, note="", by=COMMAND_LINE, now=clock.now()).id
    db.session.commit()
    return {
        "user": chain.users["quality"], "draft": chain.draft, "questionnaire": chain.questionnaire, "token": token,
        "region": chain.regions[0], "shop": chain.shops[0], "door": chain.doors["link"],
        "approval": approval, "today": f"{clock.china(clock.now()).date()}",
    } | objects  # fmt: skip


ROLE = {
    "organisation": "administrator", "accounts": "administrator", "analysis": "quality", "people": "customer-service",
    "import_forms": "administrator", "messaging": "administrator", "campaigns": "administrator", "call_forms": "customer-service",
    "unsealing_forms": "quality",
}  # fmt: skip


def person_of(sheet: Sheet, chain: staff.Chain) -> staff.Person:
    public = sheet.form in (accounts.SignInForm, accounts.SignInCodeForm, accounts.NewPasswordForm)
    _, room, module = sheet.form.__module__.split(".")[:3]
    return chain.nobody() if public else chain.signed_in(ROLE.get(module, ROLE.get(room, "researcher")))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: f"{sheet.form.__name__}-{'-'.join(sheet.good)}")
def test_a_wrong_shape_is_refused_at_its_field_and_the_right_one_taken(chain: staff.Chain, sheet: Sheet) -> None:
    known = known_of(chain)
    path, good = filled(sheet.path, known), {key: filled(value, known) for key, value in sheet.good.items()}
    person = person_of(sheet, chain)
    token, before = person.token(), dump(chain.app)
    for changes, field in sheet.wrong:
        response = person.open(path, method="POST", data={"csrf_token": token} | good | changes)
        page = response.get_data(as_text=True)
        assert response.status_code == 422, changes
        if sheet.page:
            assert f'<a href="#{field}">' in page, changes
        if sheet.page and field not in ("next", "ticket"):
            assert f'id="{field}-error"' in page and re.search(rf'id="{field}"[^>]*aria-invalid="true"', page), changes
    assert dump(chain.app) == before
    if good and sheet.form not in (analysis.CommentsForm, analysis.FileForm):  # nobody has written or sent one yet
        assert person.open(path, method="POST", data={"csrf_token": token} | good).status_code in (201, 303)
        assert sheet.form is accounts.SignInForm or dump(chain.app) != before


def test_the_list_above_names_every_form() -> None:
    def below(kind: type[StaffForm]) -> set[type[StaffForm]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    # ContactForm is what two of them share; the next two refuse nothing, the others need what was made or sent before: see
    # the tests of their rooms
    tried_elsewhere = {
        people.ContactForm, accounts.LanguageForm, distribution.BackForm, exports.PartForm, imports.StartForm,
        unsealing_forms.DecisionForm,
    }  # fmt: skip
    assert below(StaffForm) - {StaffForm} - tried_elsewhere == {sheet.form for sheet in SHEETS}


def test_no_view_reads_what_was_sent_past_the_forms() -> None:
    read_by_hand = re.compile(r"request\.(form|files|values|json|get_json|data)\b(?!=)")
    rooms = (
        "accounts",
        "organisation",
        "people",
        "design",
        "distribution",
        "exports",
        "analysis",
        "campaigns",
        "messaging",
    )
    found = [
        f"{path.name}: {line.strip()}"
        for room in rooms
        for path in sorted((ROOT / "survey_app" / room).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if read_by_hand.search(line) and "form=request.form" not in line  # a refused form shows what was typed
    ]
    assert found == []


def test_a_file_in_the_place_of_words_counts_as_nothing(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    sent = {"code": "south", "name": (io.BytesIO("南区".encode()), "name.txt")}
    response = person.post("/regions", sent, content_type="multipart/form-data")
    assert response.status_code == 422 and 'id="name-error"' in response.get_data(as_text=True)


def test_words_are_kept_without_spaces_around_and_lines_with_plain_ends(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    longest = "一\r\n" * 2500  # as long as the field allows: a browser counts a line end as one character
    form = {"name": "\u3000康民\r\n大药房 ", "colour": "#00833f", "privacy_zh": longest}
    assert person.post("/organisation", form).status_code == 303
    page = person.text("/organisation")
    assert 'value="康民 大药房"' in page and "一\n" * 2499 + "一</textarea>" in page


def test_a_refusal_of_the_shape_speaks_english_too(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator", language="en")
    page = person.post("/regions", PLACE | {"name_en": "x" * 81}).get_data(as_text=True)
    assert "At most 80 characters." in page and f'value="{"x" * 81}"' in page
