"""The main menu: which pages a role finds there. Rooms are named by endpoint, so nothing later is imported."""

from dataclasses import dataclass

from survey_app.languages import N_


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the menu."""

    endpoint: str
    text: str
    icon: str
    permission: str
    also: str = ""  # the beginning of further addresses that belong to it


MENU: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        N_("调研"),
        (
            Place("design.questionnaires", N_("问卷"), "clipboard-list", "questionnaire:read"),
            Place("design.library_page", N_("标准问卷库"), "library", "questionnaire:edit"),
            Place("design.bank_page", N_("题库"), "database", "questionnaire:read"),
            Place("design.indicators_page", N_("指标与权重"), "target", "questionnaire:read", "/indicators/"),
        ),
    ),
    (
        N_("门店与链接"),
        (
            Place("analysis.shop_pages", N_("门店页"), "store", "shop:read", "/counters/"),
            Place("distribution.all_collectors", N_("链接与二维码"), "qr-code", "collector:read"),
            Place("distribution.poster_surveys", N_("打印海报"), "printer", "collector:read", "/poster-runs/"),
            Place("distribution.interviews", N_("代填与抽查"), "pencil", "interview:enter"),
            Place("distribution.devices_page", N_("柜台平板"), "tablet", "device:manage"),
        ),
    ),
    (
        N_("邀请与发送"),
        (
            Place("campaigns.campaigns_page", N_("调研活动"), "megaphone", "campaign:read"),
            Place("messaging.outbox_page", N_("发件箱"), "send", "message:read"),
            Place("messaging.templates_page", N_("消息模板"), "message-square", "campaign:edit"),
        ),
    ),
    (
        N_("顾客"),
        (
            Place("people.contacts_page", N_("联系人名单"), "contact", "contact:read"),
            Place("people.orders_page", N_("订单"), "package", "order:read"),
            Place("people.imports_page", N_("导入"), "upload", "order:import"),
            Place("people.opt_outs_page", N_("退订名单"), "user-x", "contact:read"),
            Place("campaigns.unsealings_page", N_("解封身份"), "key-round", "response:unseal"),
        ),
    ),
    (
        N_("机构"),
        (
            Place("organisation.chain_page", N_("机构信息"), "building-2", "organisation:edit"),
            Place("organisation.shops_page", N_("大区与门店"), "store", "organisation:edit", "/regions/"),
            Place("organisation.parts_page", N_("部门与团队"), "layers", "organisation:edit", "/teams/"),
            Place("organisation.tiers_page", N_("会员等级"), "star", "organisation:edit"),
        ),
    ),
    (
        N_("管理"),
        (
            Place("accounts.users_page", N_("用户"), "users", "user:manage"),
            Place("accounts.permissions_page", N_("角色与权限"), "key-round", "user:manage"),
            Place("people.systems_page", N_("系统接口"), "plug", "system:manage"),
            Place("messaging.senders_page", N_("短信和邮件通道"), "mail", "sender:manage"),
            Place("accounts.events_page", N_("审计记录"), "scroll-text", "audit:read", "/reads"),
        ),
    ),
)


def menu_for(permissions: frozenset[str]) -> list[tuple[str, list[Place]]]:
    """The groups and pages that somebody with these permissions finds."""
    groups = [(group, [place for place in places if place.permission in permissions]) for group, places in MENU]
    return [(group, places) for group, places in groups if places]


def first_page(permissions: frozenset[str]) -> str:
    """Where somebody arrives after signing in."""
    groups = menu_for(permissions)
    return groups[0][1][0].endpoint if groups else "accounts.own_account"
