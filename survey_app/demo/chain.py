"""Who the sample chain is: an invented name, regions, shops and staff. No such chain, telephone number or mailbox exists."""

from dataclasses import dataclass

NAME, NAME_EN = "禾沐大药房", "Hemu Pharmacy"
HELP_PHONE = "400-000-0000"  # nobody has this number
COLOUR = "#0b6e4f"
PASSWORD = "sample-chain-only"  # printed at every start; a sample installation holds nothing worth protecting

LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48" role="img">'
    b'<rect width="48" height="48" rx="11" fill="#0b6e4f"/>'
    b'<path d="M20 10h8v10h10v8H28v10h-8V28H10v-8h10z" fill="#fff"/>'
    b'<path d="M24 33c-6-3-8-9-6-15 6 1 9 7 6 15z" fill="#8fd0b5"/>'
    b'<path d="M24 33c6-3 8-9 6-15-6 1-9 7-6 15z" fill="#5fb594"/></svg>'
)

PRIVACY = {
    "zh-CN": "禾沐大药房是虚构的示例企业，本页问卷仅供试用。请不要填写真实的个人信息。",
    "en": "Hemu Pharmacy is an invented sample company and its questionnaires are for trying out only. "
    "Please do not enter real personal information.",
}


@dataclass(frozen=True, slots=True)
class SampleRegion:
    """A part of the chain."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class SampleShop:
    """A shop and how it is: `size` is its share of the visits, the rest shifts the answers (0 = like the average shop)."""

    code: str
    name: str
    name_en: str
    region: str
    size: float
    quality: float = 0.0
    waiting: float = 0.0
    stock: float = 0.0
    advice: float = 0.0
    counter: bool = True  # has a pharmacist's desk with a poster of its own


REGIONS = (
    SampleRegion("EAST", "城东片区", "East district"),
    SampleRegion("WEST", "城西片区", "West district"),
    SampleRegion("SOUTH", "城南片区", "South district"),
    SampleRegion("NORTH", "城北片区", "North district"),
)

IMPROVING, DIPPING, NEWEST = "E102", "S302", "N403"
SHOPS = (
    SampleShop("E101", "柳荫路店", "Liuyin Road shop", "EAST", 1.5, quality=0.25, advice=0.2),
    SampleShop("E102", "书院街店", "Shuyuan Street shop", "EAST", 1.2, quality=-0.55, waiting=-0.4),
    SampleShop("E103", "望湖店", "Wanghu shop", "EAST", 0.7, quality=0.1, counter=False),
    SampleShop("W201", "槐树巷店", "Huaishu Lane shop", "WEST", 1.3, quality=0.0, stock=-0.5),
    SampleShop("W202", "西桥店", "Xiqiao shop", "WEST", 0.9, quality=0.3, waiting=0.3),
    SampleShop("W203", "文汇路店", "Wenhui Road shop", "WEST", 0.6, quality=-0.1, counter=False),
    SampleShop("S301", "南湖公园店", "Nanhu Park shop", "SOUTH", 1.4, quality=0.15, waiting=-0.7),
    SampleShop("S302", "和平里店", "Hepingli shop", "SOUTH", 1.2, quality=0.2),
    SampleShop("S303", "梧桐苑店", "Wutongyuan shop", "SOUTH", 0.8, quality=0.05, advice=-0.4, counter=False),
    SampleShop("N401", "钟鼓路店", "Zhonggu Road shop", "NORTH", 1.1, quality=-0.15, advice=0.3),
    SampleShop("N402", "青年街店", "Qingnian Street shop", "NORTH", 0.8, quality=0.05, stock=0.3, counter=False),
    SampleShop("N403", "新城一店", "New Town shop 1", "NORTH", 0.0, quality=0.4, counter=False),  # opened this month
)


DEPARTMENTS = (("quality", "质量部", "Quality"), ("service", "客服部", "Customer service"))


@dataclass(frozen=True, slots=True)
class SampleTeam:
    """People who serve customers together, of a shop or of a department."""

    code: str
    name: str
    name_en: str
    shop: str | None = None
    department: str | None = None


TEAMS = (
    SampleTeam("SV-A", "客服一组", "Service team 1", department="service"),
    SampleTeam("SV-B", "客服二组", "Service team 2", department="service"),
    SampleTeam("E101-A", "柳荫路店早班", "Liuyin Road morning shift", shop="E101"),
)

# code, names, spent in cents and orders in twelve months
TIERS = (
    ("basic", "普通", "Basic", 0, 0),
    ("silver", "白银", "Silver", 100_000, 6),
    ("gold", "黄金", "Gold", 300_000, 18),
)


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A member of staff who can sign in; the shop where the role sees only that."""

    role: str
    email: str
    name: str
    shop: str | None = None
    department: str | None = None


STAFF = (
    SamplePerson("administrator", "admin@hemu.example", "示例管理员"),
    SamplePerson("researcher", "research@hemu.example", "示例研究员"),
    SamplePerson("shop-staff", "shop@hemu.example", "示例店员", shop="E101"),
    SamplePerson("customer-service", "service@hemu.example", "示例客服", department="service"),
    SamplePerson("quality", "quality@hemu.example", "示例质管员", department="quality"),
    SamplePerson("manager", "manager@hemu.example", "示例经理"),
)
