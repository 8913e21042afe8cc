"""What belongs to the survey as a whole: its end, its notice, its settings, other members of an archive."""

from survey_app.formats.limesurvey.work import Work

_OURS = {
    "anonymized": (("the mode of the questionnaire", "问卷的模式"), "Y"),
    "startdate": (("the wave", "调查批次"), ""),
    "expires": (("the wave", "调查批次"), ""),
    "usetokens": (("invitations", "邀请"), "N"),
    "allowregister": (("invitations", "邀请"), "N"),
    "usecaptcha": (("protection of the link", "链接保护"), "N"),
    "allowsave": (("the answers page, which always keeps what was answered", "答题页，始终保存已答内容"), "Y"),
    "allowprev": (("the answers page, which always goes back", "答题页，始终可以返回"), "Y"),
}
_INHERITED = ("", "I", "E", "inherit", "0000-00-00 00:00:00", "-1")
_MAILS = ("invite", "remind", "register", "confirm")


def languages(work: Work) -> None:
    """Languages that the survey gave up, or that are one language here."""
    for language in work.survey.left:
        work.building.lost("setting", f"language {language}", language, "language_left", language=language)
    tags: dict[str, str] = {}
    for language in work.survey.languages:
        tag = work.building.tag(language)
        if tag in tags:
            work.building.lost("setting", f"language {language}", language, "language_twice", first=tags[tag])
        else:
            work.building.kept("setting", f"language {language}", language)
        tags.setdefault(tag, language)


def rest(work: Work) -> None:
    """The end page, settings, mails, members of the archive, link parameters: one line each."""
    building, survey = work.building, work.survey
    thanks = work.text(survey.texts_of("surveyls_endtext"), "surveyls_endtext")
    if thanks:
        first = building.languages[0]
        building.more["thanks"] = {first: thanks.get(first) or next(iter(thanks.values())), **thanks}
    _notice(work)
    for key, (where, usual) in _OURS.items():
        value = survey.settings.get(key, "").strip()
        if value not in _INHERITED and value != usual:
            building.lost("setting", f"surveys / {key}", value, "setting_ours", where=where)
    if survey.settings.get("format") == "A":
        building.changed("setting", "surveys / format", "A", "setting_ours", where=("one page per group", "每组一页"))
    for which in _MAILS:
        for language, text in survey.texts_of(f"surveyls_email_{which}").items():
            building.lost(
                "setting", f"surveyls_email_{which} [{language}]", text, "setting_ours", where=("messages", "消息")
            )
    for key in ("surveyls_url", "surveyls_urldescription"):
        for language, text in survey.texts_of(key).items():
            building.lost("setting", f"{key} [{language}]", text, "setting_lost")
    for member in survey.dump.members:
        building.lost("setting", member, member, "answers_not_imported")
    told = {line.place for line in building.lines}
    for row in survey.dump.rows("survey_url_parameters"):
        if f"survey_url_parameters (line {row.line})" in told:
            continue
        where = ("parameters of the link", "链接参数")
        building.lost(
            "setting", f"survey_url_parameters (line {row.line})", row.get("parameter"), "setting_ours", where=where
        )


def _notice(work: Work) -> None:
    """The data policy that has to be accepted is a consent on the first page."""
    survey, building = work.survey, work.building
    notice = survey.texts_of("surveyls_policy_notice")
    if not notice:
        return
    if survey.settings.get("showsurveypolicynotice", "0") in ("", "0", "I"):
        where = ("the privacy notice", "隐私说明")
        for language, text in notice.items():
            building.lost("setting", f"surveyls_policy_notice [{language}]", text, "setting_ours", where=where)
        return
    name = work.extra_name("consent")
    consent = {"name": name, "type": "consent", "required": True}
    consent["text"] = work.labelled(notice, "surveyls_policy_notice", name, "…")
    if survey.texts_of("surveyls_policy_notice_label"):
        label = survey.texts_of("surveyls_policy_notice_label")
        consent["label"] = work.labelled(label, "surveyls_policy_notice_label", name, "…")
    building.pages.insert(0, {"questions": [consent]})
