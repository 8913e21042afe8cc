"""Names of what the people side keeps, as catalogue texts; the page translates them."""

from survey_app.languages import N_

ORDER_STATES: dict[str, str] = {
    "open": N_("未完成"),
    "completed": N_("已完成"),
    "refunded": N_("已退款"),
    "cancelled": N_("已取消"),
}

# Where a consent or an opt-out came from: what stands before the colon
SOURCES: dict[str, str] = {
    "staff": N_("员工登记"),
    "import": N_("文件导入"),
    "api": N_("系统接口"),
    "opt-out page": N_("退订页面"),
    "mail": N_("退信"),
    "sms": N_("短信回复"),
    "call": N_("电话回访"),
    "ledger": N_("备份恢复后再次删除"),
    "retention": N_("保存期满"),
}


def source_kind(source: str) -> str:
    """The name of a source as a catalogue text; what nobody named stays as it is."""
    return SOURCES.get(source.partition(":")[0], source)
