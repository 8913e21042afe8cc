"""Words that come with the platform. On a 15-character host the Chinese SMS is one segment, signature and all (a test)."""

# (name, channel, language) -> (subject, body); a line of a mail with {link} alone becomes the answers or a button
WORDS: dict[tuple[str, str, str], tuple[str, str]] = {
    ("invitation", "sms", "zh-CN"): ("", "购药评价{questions}题约{minutes}分钟{link} 退订回R"),
    ("reminder", "sms", "zh-CN"): ("", "等您评价{questions}题约{minutes}分钟{link} 退订回R"),
    ("invitation", "sms", "en"): ("", "How was your visit? {questions} questions, {minutes} min: {link} Reply R to opt out"),
    ("reminder", "sms", "en"): ("", "Still open: {questions} questions, {minutes} min: {link} Reply R to opt out"),
    ("invitation", "email", "zh-CN"): (
        "{chain}想听听您的意见：{title}",
        "您好！\n\n您最近在{chain}购药，想请您花约 {minutes} 分钟回答 {questions} 个问题。您的回答会帮助我们改进服务。\n\n"
        "{link}\n\n如有疑问，请致电 {phone}。\n\n{chain}",
    ),
    ("reminder", "email", "zh-CN"): (
        "还差您的意见：{title}",
        "您好！\n\n前几天我们请您评价最近一次购药。问卷还开放着，共 {questions} 题，约 {minutes} 分钟。\n\n"
        "{link}\n\n如果您已经答过，请不必理会这封邮件。如有疑问，请致电 {phone}。\n\n{chain}",
    ),
    ("invitation", "email", "en"): (
        "{chain} would like to hear from you: {title}",
        "Hello,\n\nYou recently bought from {chain}. We would like to ask you {questions} questions; it takes about "
        "{minutes} min. Your answers help us do better.\n\n{link}\n\nQuestions? Call {phone}.\n\n{chain}",
    ),
    ("reminder", "email", "en"): (
        "We would still like to hear from you: {title}",
        "Hello,\n\nA few days ago we asked you about your last purchase. The survey is still open: {questions} questions, "
        "about {minutes} min.\n\n{link}\n\nIf you have already answered, please ignore this mail. Questions? Call {phone}."
        "\n\n{chain}",
    ),
}  # fmt: skip
