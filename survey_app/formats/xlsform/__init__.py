"""XLSForm: forms of ODK, KoBoToolbox, SurveyCTO and others, as .xlsx, .xls, one .csv with all sheets, or a KoBo asset in JSON.

`survey` holds the questions, `choices` the lists, `settings` the title; logic is XPath with `${name}`. The reference is
pyxform: what it refuses is refused here with the place, or repaired and told where the meaning is plain.
"""

from survey_app.formats.importing import Building, Fault, Imported, Refused
from survey_app.formats.importing.naming import plain
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.importing.report import Line
from survey_app.formats.xlsform import lists as choice_lists
from survey_app.formats.xlsform.columns import Row, Table
from survey_app.formats.xlsform.drafting import Drafter
from survey_app.formats.xlsform.lists import Lists
from survey_app.formats.xlsform.outline import Group, Outline, outline
from survey_app.formats.xlsform.reading import Form, looks_like, read
from survey_app.formats.xlsform.resolving import Resolver
from survey_app.formats.xlsform.tongues import tongues
from survey_app.formats.xlsform.types import SILENT
from survey_app.formats.xlsform.unrolling import unroll
from survey_app.formats.xlsform.wording import Wording
from survey_app.formats.xlsform.workshop import Workshop

__all__ = ["looks_like", "parse"]

MOST_CHOICES = 60_000  # of all questions together
_SELECTS = ("select_one", "select_multiple", "rank")
_READ = (
    *(
        "type",
        "name",
        "label",
        "hint",
        "guidance_hint",
        "constraint",
        "constraint_message",
        "required",
        "required_message",
    ),
    *("relevant", "appearance", "default", "read_only", "calculation", "choice_filter", "parameters", "repeat_count"),
    *("media", "rows", "trigger", "list_name", "disabled"),
)


def parse(data: bytes) -> Imported:
    """The draft and the report of a form. Raises Refused with every fault."""
    form = read(data)
    settings = form.settings.rows[0] if form.settings.rows else None
    found = _lists(form, settings)
    tree = outline(form.survey)
    _check_lists(tree.root, found)
    names = tongues([form.survey, form.choices], settings.get("default_language") if settings else "")
    building = Building("xlsform", languages=list(names.values()))
    _count(building, form, tree.root)
    unroll(tree.root, found)
    _check_size(tree.root, found)
    resolver = Resolver(tree.root, lists=frozenset(found.rows))
    shop = Workshop(building, resolver, Wording(building, resolver, names), found)
    Drafter(shop).draft(tree.root)
    if any(isinstance(node, Group) and node.round for node in tree.root.walk()):
        building.lines[:] = _once(building.lines)
    choice_lists.report(found, shop.wording, building, shop.fates)
    _report_rest(building, form, tree)
    title, slug = _settings(shop, settings)
    if title:
        building.title = title
    return building.done(slug)


def _once(lines: list[Line]) -> list[Line]:
    """Each thing of the form once, however many rounds it was asked in."""
    found: dict[object, Line] = {}
    for line in lines:
        found.setdefault((line.kind, line.place, line.source, line.result, line.code), line)
    return list(found.values())


def _lists(form: Form, settings: Row | None) -> Lists:
    duplicates = settings is not None and settings.get("allow_choice_duplicates").lower() in (
        "yes",
        "true",
        "true()",
        "1",
    )
    found = choice_lists.lists(form.choices, duplicates=duplicates)
    external = choice_lists.lists(form.external, duplicates=True)
    found.rows |= {f"external {name}": rows for name, rows in external.rows.items()}
    return found


def _check_lists(root: Group, found: Lists) -> None:
    faults = [
        Fault(
            "missing_part",
            node.row.place("type"),
            {"what": (f"the list “{node.type.list}”", f"选项列表“{node.type.list}”")},
        )
        for node in root.walk()
        if node.kind in _SELECTS and not node.type.list.startswith("${") and found.find(node.type.list) is None
    ]
    if faults:
        raise Refused(faults)


def _check_size(root: Group, found: Lists) -> None:
    number = 0
    for node in root.walk():
        if node.kind in _SELECTS:
            number += len(found.find(node.type.list) or ())
            if number > MOST_CHOICES:
                raise refuse("too_much", node.row.place("type"), what=("choices", "选项"), limit=MOST_CHOICES)


def _count(building: Building, form: Form, root: Group) -> None:
    source = building.source
    for row in form.survey.rows:
        if kind := row.get("type"):
            source.types[kind.split()[0]] += 1
        source.conditions += bool(row.get("relevant"))
    for node in root.walk():
        if isinstance(node, Group):
            source.groups += 1
            source.pages += node.parent is root
        elif node.kind not in SILENT:
            source.questions += 1
    source.choices = sum(1 for row in form.choices.rows if row.get("list_name"))


def _report_rest(building: Building, form: Form, tree: Outline) -> None:
    """Sheets, columns and rows that mean nothing to us: one line each, nothing is dropped in silence."""
    for row, code in tree.skipped:
        building.lost("setting", row.place(), " ".join(row.cells.values()), f"row_{code}")
    for row in (*form.survey.far, *form.choices.far, *form.settings.far):
        building.lost("setting", row.place(), " ".join(row.cells.values()), "row_far")
    for name, rows in form.others.items():
        building.lost("setting", f"{name}!A1", f"{rows}", "sheet_unread")
    _report_columns(building, form.survey)


def _report_columns(building: Building, survey: Table) -> None:
    for column in survey.columns:
        if column.key in _READ or column.key.startswith("kobo--"):
            continue
        used = [row for row in survey.rows if column in row.cells]
        if used:
            building.lost(
                "setting", used[0].label_of(used[0].number, column), f"{column.given}: {len(used)}", "column_unread"
            )


def _settings(shop: Workshop, settings: Row | None) -> tuple[dict[str, str], str]:
    title: dict[str, str] = {}
    slug = ""
    for column, given in settings.cells.items() if settings else ():
        place = settings.label_of(settings.number, column) if settings else ""
        if column.key == "form_title":
            title = shop.building.text({shop.wording.first: given}, place)
            shop.building.kept("text", place, given)
        elif column.key == "form_id":
            slug = plain(given).replace("_", "-").strip("-")[:64].strip("-")
            shop.building.kept("setting", place, given)
        elif column.key in ("default_language", "allow_choice_duplicates"):
            shop.building.kept("setting", place, given)
        else:
            shop.building.lost("setting", place, f"{column.given}: {given}", "setting_lost")
    slug = slug or plain(next(iter(title.values()), "")).replace("_", "-")[:64].strip("-")
    return title, slug if slug[:1].isalpha() else f"form-{slug}".rstrip("-")[:64]
