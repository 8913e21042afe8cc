"""What the respondent reads when an answer cannot be accepted: code -> (Chinese, English). Polite, and says what to do."""

MESSAGES: dict[str, tuple[str, str]] = {
    "required_choice": ("请您选择一项", "Please choose an answer"),
    "required_row": ("请您为“{row}”选择一项", "Please choose an answer for “{row}”"),
    "required_text": ("请您填写此项", "Please fill this in"),
    "required_ranking": ("请您排出第 1 至第 {count} 位", "Please rank your choices from 1 to {count}"),
    "required_sum": ("请您填写各项，合计为 {total}", "Please fill in the amounts; together they make {total}"),
    "bad_rank": ("名次请填写 1 至 {max} 的整数", "Ranks are whole numbers from 1 to {max}"),
    "same_rank": ("有两项都排在第 {rank} 位，请您修改其中一项", "Two of them have rank {rank}; please change one"),
    "sum_differs": (
        "各项合计应为 {total}，您填写的合计为 {given}",
        "Together they should make {total}; yours make {given}",
    ),
    "off_step": ("请您填写从 {min} 起、每隔 {step} 的数字", "Please enter a number in steps of {step} from {min}"),
    "number_or_unsure": (
        "请您填写数字，或只勾选“{unsure}”",
        "Please enter a number, or tick only “{unsure}”",
    ),
    "required_consent": ("如您同意，请勾选后继续", "Please tick the box if you agree"),
    "exclusive": (
        "“{exclusive}”不能与其他选项同时选择，请您重新选择",
        "“{exclusive}” cannot be chosen together with other answers",
    ),
    "too_few_choices": ("请您至少选择 {min} 项", "Please choose at least {min}"),
    "too_many_choices": ("请您最多选择 {max} 项", "Please choose at most {max}"),
    "text_too_long": (
        "内容过长：最多 {max} 个字，您已输入 {given} 个字",
        "Too long: at most {max} characters, you typed {given}",
    ),
    "bad_phone": ("请您填写正确的电话号码，例如 13800138000", "Please enter a phone number, such as 13800138000"),
    "bad_email": (
        "请您填写正确的邮箱地址，例如 name@example.com",
        "Please enter an e-mail address, such as name@example.com",
    ),
    "bad_number": ("请您只填写数字，例如 12", "Please enter a number in digits, such as 12"),
    "bad_postcode": ("请您填写 6 位邮政编码", "Please enter a postcode of 6 digits"),
    "number_too_long": ("数字过长：最多 {max} 位", "Too many digits: at most {max}"),
    "whole_number": ("请您填写整数", "Please enter a whole number"),
    "too_many_decimals": ("最多填写 {max} 位小数", "At most {max} decimal places"),
    "number_too_small": ("请您填写不小于 {min} 的数字", "Please enter {min} or more"),
    "number_too_large": ("请您填写不大于 {max} 的数字", "Please enter {max} or less"),
    "bad_date": (
        "请您按“年-月-日”填写日期，例如 2026-01-31",
        "Please enter a date as year-month-day, such as 2026-01-31",
    ),
    "no_such_date": ("没有这一天，请您检查日期", "There is no such day; please check the date"),
    "date_too_early": ("请您填写 {min} 或之后的日期", "Please enter {min} or a later date"),
    "date_too_late": ("请您填写 {max} 或之前的日期", "Please enter {max} or an earlier date"),
    "bad_time": ("请您按“时:分”填写时间，例如 08:30", "Please enter a time as hour:minute, such as 08:30"),
    "time_too_early": ("请您填写 {min} 或之后的时间", "Please enter {min} or later"),
    "time_too_late": ("请您填写 {max} 或之前的时间", "Please enter {max} or earlier"),
    "invalid": ("这个答案已不可用，请您重新回答", "This answer is no longer possible; please answer again"),
}
