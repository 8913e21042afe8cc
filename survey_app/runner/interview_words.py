"""What pages say while staff enter what a customer tells them, or what a spot check finds."""

from survey_app.runner.frame import Frame


def promise(frame: Frame, mode: str) -> str:
    """Who knows the answers, in the words for the two who sit in front of the page."""
    _ = frame.say
    if frame.entered == "spot_check":
        return _("现场检查记录，由工作人员填写。系统不记录填写人。")
    if mode == "identified":
        return _("由访问员代填，本问卷实名：访问员知道您的回答。")
    if mode == "confidential":
        return _("由访问员代填，保密：访问员知道您的回答，不得告诉他人。")
    return _("由访问员代填：访问员知道您的回答，但系统不记录您是谁，也不记录访问员是谁。")


def after(frame: Frame) -> tuple[str, str]:
    """For the thanks page: what to do with the delete code, and where to go."""
    _ = frame.say
    if frame.entered == "spot_check":
        next_words, why = _("再录一份"), _("如果录错了，可以用它删除这份记录。")
    else:
        next_words, why = _("下一位"), _("请读给顾客或抄给顾客：以后想删除这份回答时要用。")
    if frame.entered == "call":
        close = _("可以关闭本页，回到回访名单记录结果。")
        return why, f"<p>{close}</p>"
    done = _("结束代填")
    return why, f'<p><a class=tap href="">{next_words}</a></p><p><a class=tap href="/interviews">{done}</a></p>'
