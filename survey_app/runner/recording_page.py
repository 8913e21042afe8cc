"""Speaking an answer: a page of its own with the separate consent, reached by a button of the question and back.

The recording comes back as base64url in a field; it is kept sealed and a mark is put into the text of the question. Whoever
cannot record (an old browser, no microphone, no script) is told so and goes back.
"""

from base64 import urlsafe_b64decode
from functools import lru_cache
from pathlib import Path

from survey_app.errors import DomainError
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types.writing import LongText
from survey_app.responses import recordings
from survey_app.runner import assets, side_page
from survey_app.runner.assets import Asset
from survey_app.runner.forms import Form, one
from survey_app.runner.frame import Frame
from survey_app.runner.sheet import Sheet, attribute

QUERY = "recording=1"  # of the address that a recording is sent to: its body may be longer
MOST_BYTES = 2_000_000
ASK, SPOKEN, SILENT = "record:", "spoken:", "silent:"  # values of the button `go`
LONGEST_SECONDS = 60
_OWN = frozenset({"_audio", "_voice"})


@lru_cache(maxsize=1)
def script() -> Asset:
    """The script of the page."""
    text = (Path(__file__).parent / "recording_page.js").read_text(encoding="utf-8")
    return assets.asset(assets.small_script(text))


def asked_for(form: Form, definition: Definition) -> tuple[str, LongText] | None:
    """The act of a form about speaking (ASK, SPOKEN or SILENT) and its question; None for every other form."""
    go = one(form, "go")
    for act in (ASK, SPOKEN, SILENT):
        name = go.removeprefix(act)
        if go.startswith(act) and name in definition.page_of:
            question = definition.question(name)
            if isinstance(question, LongText) and question.speech:
                return act, question
    return None


def page(frame: Frame, sheet: Sheet, question: LongText, form: Form, *, problem: str = "") -> str:
    """The document: question, consent, buttons to record and listen, and everything that the form held."""
    _ = frame.say
    agree = _("我同意录音，仅用于转成文字；转写后录音立即删除，最长保存 30 天（单独同意）。")
    words = {
        "none": _("这个浏览器不能录音，请返回用文字填写，或用输入法上的麦克风说话输入。"),
        "refused": _("没有麦克风权限。请在手机设置里允许后再试，或返回用文字填写。"),
        "running": _("正在录音…"),
        "done": _("录好了，可以先听一遍。"),
        "agree": _("请先勾选上面的同意。"),
        "again": _("重新录音"),
        "stop": _("停止"),
    }
    begin, use = _("开始录音"), _("使用这段录音")
    data = "".join(f" data-{key}={attribute(text)}" for key, text in words.items())
    inner = (
        f"<noscript><p>{words['none']}</p></noscript>"
        f"<div class=opts><label class=opt><input type=checkbox id=_v name=_voice value=yes><span>{agree}</span></label></div>"
        f"<p id=_w role=status></p><button id=_r type=button class=go hidden>{begin}</button>"
        f"<p><audio id=_p controls hidden></audio></p>"
        f"<input type=hidden id=_u name=_audio><input type=hidden name=_end value=1.>"
        f"<button class=go id=_g name=go value={SPOKEN}{question.name} hidden>{use}</button>"
    )
    return side_page.page(
        frame, sheet, question, form, inner, title=_("录音回答"), problem=problem, address=QUERY, back=SILENT, own=_OWN,
        hint=_("最长 %(n)s 秒。请不要说出姓名、电话、身份证号或处方号。") % {"n": LONGEST_SECONDS},
        data=f" data-most={LONGEST_SECONDS} data-bytes={recordings.LARGEST}{data}",
        script=f"<script>{script().text}</script>",
    )  # fmt: skip


def audio_of(form: Form) -> bytes | None:
    """The recording of a posted page; None when there is none that can be read."""
    text = one(form, "_audio")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)) if text else None
    except ValueError:
        return None


def marked(form: Form, question: LongText, language: str) -> Form:
    """The form as the page before it was, with the mark of a recording in the text of the question."""
    text = one(form, question.name)
    kept = unmarked(form)
    # a second recording replaces the first, so one mark is enough, in whichever language it stands there
    if not recordings.spoken_in({question.name: text}, [question.name]):
        kept[question.name] = [f"{text.rstrip()}{' ' if text.strip() else ''}{recordings.mark(language)}"]
    return kept


def unmarked(form: Form) -> Form:
    """The form as the page before it was."""
    return side_page.left(form, _OWN)


def refusal(frame: Frame, error: DomainError) -> str:
    """A refusal in the language of the page."""
    return error.sentence(frame.say)
