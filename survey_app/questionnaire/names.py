"""Which names a variable may not have, so that one name fits every export format."""

_SPSS = "all and by eq ge gt le lt ne not or to with"
_STATA = "byte double float if in int long strl using"
_R = "else repeat while function for next break true false null inf nan na"
_SQL = (
    "analyse analyze any array as asc asymmetric both case cast check collate column constraint create current_date "
    "current_role current_time current_timestamp current_user default deferrable delete desc distinct do drop end except "
    "fetch foreign from grant group having initially insert intersect into lateral leading limit localtime localtimestamp "
    "offset on only order placing primary references returning select session_user some symmetric table then trailing "
    "union unique update user values variadic when where window"
)
_PAGE = "go view"  # buttons of the respondent page
_COLUMNS = (
    "response_id status version language channel shop store_code region place month answered_at weight speed straightline "
    "layout over_quota"
)
COLUMNS = frozenset(_COLUMNS.split())
"""Columns every data file begins with: no question and no choice, row or field of one makes another of the same name."""
RESERVED = COLUMNS | frozenset(" ".join((_SPSS, _STATA, _R, _SQL, _PAGE)).split())


def is_reserved(name: str) -> bool:
    """Whether a statistics package, SQL, the page or a fixed column already uses this name."""
    return name.lower() in RESERVED
