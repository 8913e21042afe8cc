"""Who may do what: one table. Every route names one of these permissions; nothing else decides.

A role is a set of permissions. On top of it a user may be bound to one region or one shop, which narrows what lists and
loaders show (`visible_to` of each room); it never adds anything. Figures, texts and files cover the whole chain and cannot be
narrowed, so somebody who is bound has none of them.
"""

ADMINISTRATOR = "administrator"
RESEARCHER = "researcher"
SHOP_STAFF = "shop-staff"
CUSTOMER_SERVICE = "customer-service"
QUALITY = "quality"
MANAGER = "manager"

PERMISSIONS: dict[str, frozenset[str]] = {
    "questionnaire:read": frozenset({ADMINISTRATOR, RESEARCHER, CUSTOMER_SERVICE, QUALITY, MANAGER}),
    "questionnaire:edit": frozenset({ADMINISTRATOR, RESEARCHER}),
    "questionnaire:publish": frozenset({ADMINISTRATOR, RESEARCHER}),
    "collector:read": frozenset({ADMINISTRATOR, RESEARCHER, SHOP_STAFF, MANAGER}),
    "collector:edit": frozenset({ADMINISTRATOR, RESEARCHER}),
    "result:read": frozenset({ADMINISTRATOR, RESEARCHER, CUSTOMER_SERVICE, QUALITY, MANAGER}),
    "comment:read": frozenset({RESEARCHER, CUSTOMER_SERVICE, QUALITY, MANAGER}),
    "comment:read:sensitive": frozenset({CUSTOMER_SERVICE, QUALITY}),
    "file:read": frozenset({RESEARCHER, CUSTOMER_SERVICE, QUALITY}),
    "response:export": frozenset({ADMINISTRATOR, RESEARCHER}),
    "contact:read": frozenset({ADMINISTRATOR, RESEARCHER, CUSTOMER_SERVICE, QUALITY}),
    "contact:edit": frozenset({ADMINISTRATOR, CUSTOMER_SERVICE}),
    "contact:unmask": frozenset({CUSTOMER_SERVICE, QUALITY}),
    "contact:erase": frozenset({ADMINISTRATOR, CUSTOMER_SERVICE}),
    "order:read": frozenset({ADMINISTRATOR, RESEARCHER, CUSTOMER_SERVICE}),
    "order:import": frozenset({ADMINISTRATOR, RESEARCHER}),
    "campaign:read": frozenset({ADMINISTRATOR, RESEARCHER, CUSTOMER_SERVICE, MANAGER}),
    "campaign:edit": frozenset({ADMINISTRATOR, RESEARCHER}),
    "campaign:approve": frozenset({ADMINISTRATOR, MANAGER}),
    "message:read": frozenset({ADMINISTRATOR, RESEARCHER}),
    "message:resend": frozenset({ADMINISTRATOR}),
    "sender:manage": frozenset({ADMINISTRATOR}),
    "call:make": frozenset({CUSTOMER_SERVICE, RESEARCHER}),
    "interview:enter": frozenset({ADMINISTRATOR, RESEARCHER, SHOP_STAFF, CUSTOMER_SERVICE}),
    "shop:read": frozenset({ADMINISTRATOR, RESEARCHER, SHOP_STAFF, MANAGER}),
    "device:manage": frozenset({ADMINISTRATOR, RESEARCHER}),
    "response:unseal": frozenset({CUSTOMER_SERVICE, QUALITY}),
    "system:manage": frozenset({ADMINISTRATOR}),
    "organisation:edit": frozenset({ADMINISTRATOR}),
    "user:manage": frozenset({ADMINISTRATOR}),
    "audit:read": frozenset({ADMINISTRATOR, QUALITY}),
}


# what is always about the whole chain
UNDIVIDED = frozenset(
    {
        "result:read", "comment:read", "comment:read:sensitive", "file:read", "response:export", "response:unseal",
        "contact:read", "contact:edit", "contact:unmask", "contact:erase", "order:import",
        "campaign:read", "campaign:edit", "campaign:approve", "message:read", "call:make",
    }
)  # fmt: skip


# who may do one of these signs in with a second factor: data leaves the house, or a person is seen in clear
GUARDED = frozenset({"response:export", "contact:unmask", "response:unseal", "comment:read:sensitive", "file:read"})


# what shows people or what they said: these pages ask again who it is after a quarter of an hour without a request
SENSITIVE = frozenset(
    {
        "contact:read", "contact:edit", "contact:unmask", "contact:erase", "order:read", "order:import", "call:make",
        "response:unseal", "response:export", "comment:read", "comment:read:sensitive", "file:read", "message:read",
        "message:resend", "audit:read",
    }
)  # fmt: skip


def permissions_of(role: str, *, bound: bool = False) -> frozenset[str]:
    """Everything a role may do; `bound`: to one region or shop."""
    allowed = frozenset(name for name, roles in PERMISSIONS.items() if role in roles)
    return allowed - UNDIVIDED if bound else allowed


def is_allowed(role: str, permission: str) -> bool:
    """Whether a role may do this. An unknown permission is nobody's."""
    return role in PERMISSIONS.get(permission, frozenset())
