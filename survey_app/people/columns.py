"""Which column of a file holds what: the headings that systems use, in Chinese and English, and the guess from them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from survey_app.languages import N_


@dataclass(frozen=True, slots=True)
class Field:
    """Something a column may hold. `private`: shown masked; `synonyms`: headings in lower case without spaces."""

    name: str
    text: str
    synonyms: tuple[str, ...]
    private: bool = False


_PHONE = Field(
    "phone", N_("手机号"),
    ("手机号", "手机", "手机号码", "电话", "联系电话", "电话号码", "会员手机", "会员手机号", "收货人手机",
     "收货人电话", "顾客手机",
     "顾客电话", "客户手机", "客户电话", "买家手机", "联系方式", "联系人电话", "mobile", "phone", "phonenumber",
     "mobilephone",
     "tel", "telephone", "cellphone", "cell", "contactphone", "customerphone"),
    private=True,
)  # fmt: skip
_NAME = Field(
    "name", N_("姓名"),
    ("姓名", "名字", "顾客姓名", "客户姓名", "会员姓名", "收货人", "收货人姓名", "买家", "联系人", "顾客", "客户",
     "name", "fullname",
     "customer", "customername", "contact", "buyer", "recipient"),
    private=True,
)  # fmt: skip
_EMAIL = Field(
    "email", N_("邮箱"),
    ("邮箱", "电子邮箱", "邮件", "电子邮件", "邮箱地址", "email", "e-mail", "mail", "emailaddress"),
    private=True,
)  # fmt: skip
_LANGUAGE = Field("language", N_("语言"), ("语言", "语种", "首选语言", "language", "lang", "locale"))
_SHOP = Field(
    "shop", N_("门店编码"),
    ("门店编码", "门店编号", "门店代码", "门店号", "门店", "店号", "店铺编码", "店铺编号", "分店编码", "机构编码",
     "shop", "shopcode",
     "store", "storecode", "storeid", "shopid", "branch", "branchcode"),
)  # fmt: skip
_TEAM = Field("team", N_("班组编码"), ("班组编码", "班组", "团队", "团队编码", "小组", "team", "teamcode"))
_CONSENTS = (
    Field(
        "consent_sms",
        N_("同意短信"),
        ("同意短信", "短信同意", "接收短信", "是否接收短信", "smsconsent", "consentsms", "smsoptin"),
    ),
    Field(
        "consent_email",
        N_("同意邮件"),
        ("同意邮件", "邮件同意", "接收邮件", "emailconsent", "consentemail", "emailoptin"),
    ),
    Field(
        "consent_phone",
        N_("同意电话"),
        ("同意电话", "电话同意", "接听回访", "phoneconsent", "consentphone", "calloptin"),
    ),
)
_ORDER = Field(
    "number", N_("订单号"),
    ("订单号", "订单编号", "单号", "小票号", "销售单号", "流水号", "交易号", "订单id", "ordernumber", "orderno",
     "orderid", "order",
     "ordercode", "number", "receiptno", "transactionid"),
)  # fmt: skip

FIELDS: dict[str, tuple[Field, ...]] = {
    "orders": (
        _ORDER,
        Field("state", N_("状态"), ("状态", "订单状态", "交易状态", "state", "status", "orderstatus", "orderstate")),
        Field("placed_at", N_("下单时间"),
              ("下单时间", "订单时间", "创建时间", "购买时间", "交易时间", "销售时间", "下单日期", "购买日期",
               "销售日期", "日期", "时间",
               "placedat", "orderdate", "ordertime", "createdat", "date", "purchasedat", "purchasedate")),
        Field("completed_at", N_("完成时间"),
              ("完成时间", "签收时间", "收货时间", "交易完成时间", "完成日期", "确认收货时间", "completedat",
               "completiontime",
               "finishedat", "deliveredat", "completed")),
        Field("refunded_at", N_("退款时间"), ("退款时间", "退货时间", "退款日期", "refundedat", "refundtime", "refunddate")),
        Field("amount", N_("金额"),
              ("金额", "订单金额", "实付金额", "实付", "实收金额", "应付金额", "总价", "总金额", "消费金额",
               "amount", "total", "price",
               "totalamount", "paidamount", "ordertotal")),
        _SHOP, _PHONE, _NAME, _EMAIL, _LANGUAGE,
        Field("summary", N_("商品"),
              ("商品", "商品名称", "商品明细", "购买商品", "药品", "药品名称", "品名", "summary", "items",
               "products", "product", "goods"),
              private=True),
        *_CONSENTS,
    ),
    "events": (
        Field("number", N_("事件编号"), ("事件编号", "事件号", "编号", "eventnumber", "eventid", "eventno", "id",
             "工单号", "会话编号")),
        Field("kind", N_("事件"), ("事件", "事件类型", "类型", "动作", "event", "eventtype", "kind", "type")),
        Field("order", N_("订单号"), _ORDER.synonyms[:-3]),
        Field("at", N_("发生时间"), ("发生时间", "时间", "事件时间", "日期", "at", "time", "eventtime",
             "occurredat", "timestamp", "date")),
        _SHOP, _TEAM, _PHONE, _NAME, _EMAIL,
    ),
    "contacts": (_PHONE, _NAME, _EMAIL, _LANGUAGE, _SHOP, *_CONSENTS),
}  # fmt: skip
# of each group one column at least must be there; otherwise this is said
NEEDED: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "orders": (
        (("number",), N_("请选择哪一列是订单号。")),
        (("placed_at", "completed_at"), N_("请选择哪一列是下单时间或完成时间。")),
        (("state", "completed_at"), N_("请选择哪一列是状态；没有状态列时，选择完成时间。")),
    ),
    "events": (
        (("kind",), N_("请选择哪一列是事件。")),
        (("at",), N_("请选择哪一列是发生时间。")),
        (("order", "phone", "email"), N_("请选择哪一列是订单号；咨询和工单也可以用手机号或邮箱。")),
    ),
    "contacts": ((("phone", "email"), N_("请选择哪一列是手机号或邮箱。")),),
}


def plain(heading: str) -> str:
    """A heading as synonyms are written: lower case, half width, without spaces, underscores and what stands in brackets."""
    text = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"[\s_*:：.-]+|\([^)]*\)|\[[^\]]*\]", "", text)


def guess(kind: str, heading: Sequence[str]) -> dict[int, str]:
    """Column number (from 0) -> field: each field once, the first column whose heading is a name for it,
    else contains one."""
    found: dict[int, str] = {}
    plains = [plain(text) for text in heading]
    for exact in (True, False):
        for field in FIELDS[kind]:
            if field.name in found.values():
                continue
            for place, text in enumerate(plains):
                if place not in found and text and _fits(text, field, exact):
                    found[place] = field.name
                    break
    return found


def _fits(text: str, field: Field, exact: bool) -> bool:
    if exact:
        return text in field.synonyms
    # a part of a heading counts only where it says enough: 手机号码1, customer mobile number
    return any(len(word) >= (3 if word.isascii() is False else 5) and word in text for word in field.synonyms)


def missing(kind: str, fields: Sequence[str]) -> str:
    """What to say about the first group of which no column was chosen; "" when nothing is missing."""
    return next((sentence for group, sentence in NEEDED[kind] if not set(group) & set(fields)), "")
