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
    "response:export": frozenset({ADMINISTRATOR, RESEARCHER}),
    "organisation:edit": frozenset({ADMINISTRATOR}),
    "user:manage": frozenset({ADMINISTRATOR}),
    "audit:read": frozenset({ADMINISTRATOR, QUALITY}),
}


# what is always about the whole chain
UNDIVIDED = frozenset({"result:read", "comment:read", "comment:read:sensitive", "response:export"})


def permissions_of(role: str, *, bound: bool = False) -> frozenset[str]:
    """Everything a role may do; `bound`: to one region or shop."""
    allowed = frozenset(name for name, roles in PERMISSIONS.items() if role in roles)
    return allowed - UNDIVIDED if bound else allowed


def is_allowed(role: str, permission: str) -> bool:
    """Whether a role may do this. An unknown permission is nobody's."""
    return role in PERMISSIONS.get(permission, frozenset())
