"""Forms of our own, for the fidelity score and for damaged copies."""

import json

from tests.formats.xlsform.making import VISIT, as_csv, as_xlsx

_CASCADE = """
[survey]
type | name | label::English | label::fr | choice_filter | relevant | constraint | message::English | required | appearance | calc
start | start | | | | | | | | |
username | who | | | | | | | | |
begin group | place | Where? | Où ? | | | | | | |
select_one lands | land | Country | Pays | | | | | yes | minimal |
select_one towns | town | Town | Ville | land = ${land} | | | | | minimal |
select_one towns | next_town | And next? | Et après ? | land = ${land} | ${town} != '' | . != ${town} | Another one, please | | |
end group | | | | | | | | | |
select_multiple foods | foods | What food? | Vous mangez quoi ? | | | not(selected(., 'none')) or count-selected(.) = 1 | | | |
select_one foods | best | And best of all? | Et le mieux ? | selected(${foods}, name) | count-selected(${foods}) > 1 | | | | |
integer | all | How many meals? | Combien de repas ? | | | . >= 0 | | | |
integer | hot | How many hot ones? | Combien de chauds ? | | | . <= ${all} | Not more than all | ${all} > 3 | |
calculate | cold | | | | | | | | | ${all} - ${hot}
text | code | Your code | Votre code | | | regex(., '^[A-Z]{2}[0-9]{3}$') | Two letters, three digits | | |
begin group | rate | How good? | C'était bien ? | | | | | | table-list |
select_one scale | rate_food | Food | La nourriture | | | | | | |
select_one scale | rate_town | Town | La ville | | ${town} != '' | | | | |
end group | | | | | | | | | |
begin repeat | kids | Child | Enfant | | | | | | |
text | kid | Name | Nom | | | | | | |
end repeat | | | | | | | | | |
acknowledge | ok | I have read it | J'ai lu | | | | | | |
image | photo | A photo | Une photo | | | | | | signature |
note | bye | Goodbye **${code}** | Au revoir | | ${cold} > 1 or ${best} = 'rice' | | | | |
[choices]
list_name | name | label::English | label::fr | land
lands | cn | China | La Chine |
lands | fr | France | La France |
towns | bj | Beijing | Pékin | cn
towns | sh | Shanghai | Shanghai | cn
towns | pa | Paris | Paris | fr
towns | ly | Lyon | Lyon | fr
foods | rice | Rice | Riz |
foods | bread | Bread | Pain |
foods | none | None of these | Aucun |
scale | 1 | Bad | Mal |
scale | 2 | Fair | Moyen |
scale | 3 | Good | Bien |
[settings]
form_title | form_id | default_language
Meals | meals | English
"""
CASCADE = (
    _CASCADE.replace("| message::", "| constraint_message::")
    .replace("| calc\n", "| calculation\n")
    .replace("| calc\n", "| calculation\n")
)

ASSET = json.dumps(
    {
        "asset_type": "survey",
        "name": "Kitchen",
        "content": {
            "translations": ["English (en)", None],
            "translated": ["label", "hint"],
            "survey": [
                {"type": "begin_score", "name": "rating", "label": ["Rate", None], "kobo--score-choices": "scale"},
                {"type": "score__row", "name": "salt", "label": ["Salt", None], "required": True},
                {"type": "score__row", "name": "heat", "label": ["Heat", None]},
                {"type": "end_score"},
                {"type": "begin_rank", "name": "order", "label": ["In order", None], "kobo--rank-items": "scale"},
                {"type": "rank__level", "name": "first", "label": ["First", None]},
                {"type": "rank__level", "name": "second", "label": ["Second", None]},
                {"type": "end_rank"},
                {"type": "decimal", "name": "paid", "label": ["Paid", "付款"], "constraint": ". > 0 and . < 1000"},
                {
                    "type": "text",
                    "name": "why",
                    "label": ["Why?", "为什么？"],
                    "relevant": "${paid} > 100 and ${salt} != ''",
                },
            ],
            "choices": [
                {"list_name": "scale", "name": "1", "label": ["Low", None]},
                {"list_name": "scale", "name": "2", "label": ["High", None]},
            ],
        },
    },
    ensure_ascii=False,
).encode()
"""As KoBoToolbox keeps it."""

FILES = {
    "visit.xlsx": as_xlsx(VISIT), "visit.csv": as_csv(VISIT), "meals.xlsx": as_xlsx(CASCADE), "meals.csv": as_csv(CASCADE),
    "kitchen.json": ASSET,
}  # fmt: skip
