"""Pages without questions: thanks, already answered, closed, not found, damaged, privacy, withdraw.

Closing pages hold no form (the withdraw page holds its own); links lead on. Nothing here reads a database.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from survey_app import clock
from survey_app.organisation import consent
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import text_in
from survey_app.runner import assets, interview_words
from survey_app.runner.frame import Chain, Frame, closing_page, language_links
from survey_app.runner.sheet import attribute, escaped

TICK = (
    '<svg class=tick viewBox="0 0 56 56" aria-hidden=true><circle cx=28 cy=28 r=25 /><path d="M17 29l8 8 15-17"/></svg>'
)
CODE_HOLE = "\ue000"  # a private-use character stands where the delete code goes
CODE_SHOWN = 19  # characters of a delete code in groups of four


def thanks(frame: Frame, definition: Definition, mode: str, acts: str = "") -> str:
    """The page after the submit, with a hole for the delete code. What was stored is said as far as it is true.

    `acts`: what can still be done with the answer (changing.acts).
    """
    _ = frame.say
    title, happens = _("感谢您的回答"), _("我们会汇总所有回答，用来改进药品和服务。")
    anonymous = _(
        "已匿名保存您选择的答案（3 年）。您写的文字会遮盖个人信息，原文一般 30 天后删除，最晚在月底后 45 天。"
    )
    between = "" if frame.language.startswith("zh") else " "
    stored = anonymous if mode == "anonymous" else ""
    keep, why = _("您的删除码"), _("如果以后想删除这份回答，请记下它。我们无法再次提供。")
    close = _("您可以关闭本页面了。")
    link, done = _("用删除码删除回答"), f"<p class=muted>{close}</p>"
    if frame.entered:
        why, done = interview_words.after(frame)
    own = text_in(definition.thanks, frame.language, definition.language)
    thanks_text = f"<p>{escaped(own)}</p>" if own else ""
    body = (
        f"<div class=done>{TICK}<h1 tabindex=-1>{title}</h1>{thanks_text}<p>{happens}{between}{stored}</p></div>"
        f"<h2>{keep}</h2><p class=code>{CODE_HOLE}</p><p class=small>{why}</p>"
        f'<p><a class=tap href="/withdraw?l={frame.language}">{link}</a></p>{acts}{done}'
    )
    return closing_page(frame, title, body)


def already_answered(frame: Frame, typed: Mapping[str, str]) -> str:
    """The code was used for another answer, which stays. What was typed now stays on the screen."""
    _ = frame.say
    title = _("您已提交过")
    text = _("这份问卷已经收到过您的回答，不会重复记录，也不会被覆盖。")
    return closing_page(frame, title, f"<div class=done><h1>{title}</h1><p>{text}</p>{typed_again(frame, typed)}</div>")


def changed_elsewhere(frame: Frame, typed: Mapping[str, str], acts: str) -> str:
    """Two pages changed one answer: this one came second and is told. `acts`: as on the thanks page."""
    _ = frame.say
    title = _("回答刚刚有了变化")
    text = _("您打开这一页之后，这份回答在另一处修改过，或录音刚刚转成了文字。为免覆盖，这次没有保存。")
    again = _("如需修改，请从下面的链接再改一次。")
    return closing_page(
        frame, title, f"<div class=done><h1>{title}</h1><p>{text}{again}</p>{typed_again(frame, typed)}</div>{acts}"
    )


def submitted(frame: Frame, day: int | None, acts: str = "", *, sure: bool = True) -> str:
    """A personal link that was used, opened again. Nothing of the answer is shown. `acts`: as on the thanks page.

    `sure`: that there was an answer. Nobody can tell where quotas turn people away.
    """
    _ = frame.say
    if not sure:
        title, text = _("您已参加过"), _("谢谢您！不需要再填写一次。")
        body = f"<div class=done>{TICK}<h1>{title}</h1><p>{text}</p></div>"
        return closing_page(frame, title, body, links=("privacy", "withdraw"))
    title, when = _("您已提交过"), _("您已在 %(day)s 提交。")
    text = when % {"day": f"<strong>{_day(frame, day)}</strong>"} if day is not None else _("我们已收到您的回答。")
    thanks_text = _("谢谢您！不需要再填写一次。")
    return closing_page(
        frame, title, f"<div class=done>{TICK}<h1>{title}</h1><p>{text}</p><p>{thanks_text}</p></div>{acts}",
        links=("privacy", "withdraw"),
    )  # fmt: skip


def _day(frame: Frame, day: int) -> str:
    """11月3日, 3 Nov."""
    when = clock.date_from_day(day)
    return f"{when.month}月{when.day}日" if frame.language.startswith("zh") else f"{when.day} {when:%b}"


def not_yet(frame: Frame) -> str:
    """A receipt whose order we do not have yet."""
    _ = frame.say
    title = _("请稍后再扫一次")
    return message(frame, title, _("我们还没有收到这笔订单。请过几分钟再扫小票上的二维码。"))


def not_taking_part(frame: Frame) -> str:
    """A receipt of an order that was refunded or cancelled."""
    _ = frame.say
    return message(frame, _("这张小票不参加调查"), _("这笔订单已经退款或取消。感谢您的关注。"))


def reopen(frame: Frame) -> str:
    """The bare address of personal links: the form that the script fills with what this tab kept, and what to do without it."""
    _ = frame.say
    title = _("请重新打开链接")
    text = _("这个页面没有记住您的链接。请回到短信或邮件，再点一次里面的链接；已填的内容还在。")
    fields = {"_p": "0", "_s": "0", "_l": frame.language, "_z": "std", "_end": "1."}
    hidden = "".join(f"<input type=hidden name={name} value={attribute(value)}>" for name, value in fields.items())
    form = (
        f"<form id=_f method=post action={attribute(assets.PERSONAL_HOME)} novalidate accept-charset=utf-8>"
        f"<div id=_k hidden></div>{hidden}<button id=_c name=go value=resume hidden></button></form>"
    )
    body = f"<div class=done><h1>{title}</h1><p>{text}</p>{call(frame)}</div>{form}"
    return closing_page(frame, title, body, script=assets.REOPEN_SCRIPT)


def unfinished(frame: Frame) -> str:
    """A draft of which no page can be made yet."""
    _ = frame.say
    title = _("暂时无法预览")
    text = _("草稿还缺少这一页需要的内容。请先在质检里改正标红的问题，再看预览。")
    return closing_page(frame, title, f"<div class=done><h1>{title}</h1><p>{text}</p></div>")


def deleted(frame: Frame, typed: Mapping[str, str]) -> str:
    """This form was stored once, and its answer was deleted since."""
    _ = frame.say
    title = _("这份回答已删除")
    text = _("您之前提交过这份表单，那份回答后来被删除了。这次没有重新保存。")
    return closing_page(frame, title, f"<div class=done><h1>{title}</h1><p>{text}</p>{typed_again(frame, typed)}</div>")


def closed(frame: Frame, typed: Mapping[str, str], *, retired: bool = False) -> str:
    """The door, its wave or the questionnaire takes no more answers."""
    _ = frame.say
    if retired:
        return _shut(frame, _("这份问卷已停用"), _("感谢您的关注。我们不再使用这份问卷，也不再接收回答。"), typed)
    return _shut(frame, _("本次调查已结束"), _("感谢您的关注。这份问卷不再接收回答。"), typed)


def early(frame: Frame, typed: Mapping[str, str], opens_at: float) -> str:
    """The questionnaire takes answers later."""
    _ = frame.say
    text = _("这份问卷 %(when)s 开放，请到时再打开这个链接。") % {
        "when": f"<strong>{_moment(frame, opens_at)}</strong>"
    }
    return _shut(frame, _("还没有开始"), text, typed)


def _shut(frame: Frame, title: str, text: str, typed: Mapping[str, str]) -> str:
    return closing_page(
        frame, title, f"<div class=done><h1>{title}</h1><p>{text}</p>{call(frame)}{typed_again(frame, typed)}</div>"
    )


def _moment(frame: Frame, seconds: float) -> str:
    """11月25日 09:00, 25 Nov, 09:00 (China time); with the year when it is another one."""
    when = clock.china(datetime.fromtimestamp(seconds, UTC))
    other = when.year != clock.china(clock.now()).year
    if frame.language.startswith("zh"):
        return (f"{when.year}年" if other else "") + f"{when.month}月{when.day}日 {when:%H:%M}"
    return f"{when.day} {when:%b}" + (f" {when.year}" if other else "") + f", {when:%H:%M} (China time)"


def typed_again(frame: Frame, typed: Mapping[str, str]) -> str:
    """What was typed and not stored, to be copied."""
    _ = frame.say
    kept = _("您刚才填写的文字没有保存，可以在这里复制：")
    words = "".join(f"<li><bdi>{escaped(value)}</bdi></li>" for value in typed.values())
    return f"<p>{kept}</p><ul class=answers>{words}</ul>" if words else ""


def message(frame: Frame, title: str, text: str) -> str:
    """One sentence: not found, damaged, too large."""
    return closing_page(frame, title, f"<div class=done><h1>{title}</h1><p>{text}</p>{call(frame)}</div>")


def not_found(frame: Frame) -> str:
    """The same page for every address that leads nowhere."""
    _ = frame.say
    return message(frame, _("找不到这个页面"), _("请检查链接是否完整，或重新扫描二维码。"))


def damaged(frame: Frame) -> str:
    """Something was lost on the way; nothing was stored."""
    _ = frame.say
    return message(
        frame, _("提交不完整"), _("网络传输中丢失了一部分内容，没有保存。请返回上一页再提交一次，已填的内容还在。")
    )


def too_large(frame: Frame) -> str:
    """The body is above the limit."""
    _ = frame.say
    return message(frame, _("内容太长"), _("提交的内容超过了上限，没有保存。请返回上一页缩短后再提交。"))


def call(frame: Frame) -> str:
    _ = frame.say
    phone = frame.chain.help_phone
    text = _("如需帮助，请拨打 %(phone)s。") % {"phone": f"<strong>{escaped(phone)}</strong>"}
    return f"<p>{text}</p>" if phone else ""


def sign(chain: Chain) -> str:
    """The icon of a chain without a logo: its first character on its colour."""
    letter = escaped(chain.name[:1]) or "+"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="{chain.brand}"/>'
        f'<text x="16" y="23" font-size="20" text-anchor="middle" fill="#fff" font-family="sans-serif">{letter}</text></svg>'
    )


# --- privacy and withdrawal -----------------------------------------------------------------------------------------
def privacy(frame: Frame) -> str:
    """What respondents are told, with its version."""
    _ = frame.say
    title = _("隐私声明")
    version = _("第 %(version)s 版") % {"version": frame.chain.consent_version}
    body = f"<div class='text done'><h1>{title}</h1><p class=muted>{version}</p>{privacy_text(frame)}</div>"
    return closing_page(frame, title, body, tools=language_links(frame, "/privacy"), links=("withdraw",))


def privacy_text(frame: Frame) -> str:
    """The text itself, in the language of the page or in the first there is."""
    text = frame.chain.consent_texts.get(frame.language) or next(iter(frame.chain.consent_texts.values()), "")
    return "".join(_BLOCKS[kind](lines) for kind, lines in consent.blocks(text))


_BLOCKS = {
    "heading": lambda lines: "".join(f"<h2>{escaped(line)}</h2>" for line in lines),
    "paragraph": lambda lines: "<p>" + "<br>".join(escaped(line) for line in lines) + "</p>",
    "list": lambda lines: "<ul>" + "".join(f"<li>{escaped(line)}</li>" for line in lines) + "</ul>",
}


def withdraw(frame: Frame, *, typed: str = "", problem: str = "") -> str:
    """The form that deletes an answer by its delete code."""
    _ = frame.say
    title, label = _("删除我的回答"), _("删除码")
    hint = _("提交问卷后显示的 16 位编码，例如 ABCD-EFGH-JKLM-NPQR。字母大小写均可。")
    text = _("输入删除码后，这份回答会立即永久删除，不能恢复。我们看不到您是谁。")
    button, mark = _("永久删除"), _("错误：")
    error = f"<p class=err id=e-code role=alert>{mark}{escaped(problem)}</p>" if problem else ""
    by, invalid = ("t-code e-code", " aria-invalid=true autofocus") if problem else ("t-code", "")
    body = (
        f"<div class=done><h1>{title}</h1><p>{text}</p></div>"
        f"<form method=post action=/withdraw novalidate accept-charset=utf-8><input type=hidden name=_l value={frame.language}>"
        f"<p><label for=code><b>{label}</b></label></p><p class=hint id=t-code>{hint}</p>{error}"
        f"<input class=in id=code name=code maxlength=40 autocomplete=off autocapitalize=characters spellcheck=false"
        f' aria-describedby="{by}"{invalid} value={attribute(typed)}><button class=go>{button}</button></form>'
    )
    shown = mark + title if problem else title
    return closing_page(frame, shown, body, tools=language_links(frame, "/withdraw"))


def withdrawn(frame: Frame) -> str:
    """The answer is gone."""
    _ = frame.say
    title = _("已删除")
    text = _("这份回答已经永久删除，不再计入统计。")
    return closing_page(frame, title, f"<div class=done>{TICK}<h1>{title}</h1><p>{text}</p></div>")


# --- opting out -----------------------------------------------------------------------------------------------------
def opt_out(frame: Frame, *, token: str = "", typed: str = "", problem: str = "") -> str:
    """No more invitations: by the link's token with one button, else by a typed number."""
    _ = frame.say
    title = _("不再接收调研邀请")
    text = _("确认后，我们不再向您发送调研短信和邮件。您的订单和会员服务不受影响。")
    button, mark = _("不再接收"), _("错误：")
    hidden = f"<input type=hidden name=_l value={frame.language}>"
    error = f"<p class=err id=e-number role=alert>{mark}{escaped(problem)}</p>" if problem else ""
    label, hint = _("手机号或邮箱"), _("收到邀请的手机号，例如 138 1234 5678；或邮箱。")
    by, invalid = ("t-number e-number", " aria-invalid=true autofocus") if problem else ("t-number", "")
    field = (
        f"<p><label for=number><b>{label}</b></label></p><p class=hint id=t-number>{hint}</p>{error}"
        f'<input class=in id=number name=number maxlength=60 autocomplete=off inputmode=email aria-describedby="{by}"{invalid}'
        f" value={attribute(typed)}>"
    )
    action = f"/u/{token}" if token else "/u/"
    form = (
        f"<form method=post action={attribute(action)} novalidate accept-charset=utf-8>{hidden}{'' if token else field}"
        f"<button class=go>{button}</button></form>"
    )
    fill_in = _("请填写要退订的手机号或邮箱。")
    lead = "" if token else f"<p>{fill_in}</p>"
    body = f"<div class=done><h1>{title}</h1><p>{text}</p>{lead}</div>{form}"
    return closing_page(frame, mark + title if problem else title, body, tools=language_links(frame, f"/u/{token}"))


def opted_out(frame: Frame) -> str:
    """Done, whether the number was known or not."""
    _ = frame.say
    title = _("已登记")
    text = _("如果这个号码或邮箱收到过我们的邀请，以后不会再收到。已经在发送途中的一条可能还会到达。")
    return closing_page(frame, title, f"<div class=done>{TICK}<h1>{title}</h1><p>{text}</p></div>")
