"""Dictionaries of our own, for the fidelity score and for damaged copies."""

from tests.formats.redcap.making import VISIT, dictionary

PILLS = "1, Yes, daily | 0, No, never | -9, Don't know, really"
TAKEN = "[pills(1)] = '1' AND [pills(-9)] <> \"1\""
CHECKED = dictionary(
    {"name": "record_id", "type": "text", "label": "Record ID"},
    {"name": "born", "type": "text", "label": "Date of birth", "validation": "date_dmy", "max": "today", "identifier": "y"},
    {"name": "ill", "type": "text", "label": "First day ill", "validation": "date_mdy", "min": "[born]"},
    {"name": "well", "type": "text", "label": "First day well", "validation": "date_ymd", "min": "[ill]"},
    {"name": "zip", "type": "text", "label": "ZIP", "validation": "zipcode"},
    {"name": "phone", "type": "text", "label": "Phone, with area code", "validation": "phone"},
    {"name": "weight", "type": "text", "label": "Weight (kg)", "validation": "number_1dp", "min": "2.5", "max": "300"},
    {"name": "height", "type": "text", "label": "Height (cm)", "validation": "int", "min": "30", "max": "250"},
    {"name": "bmi", "type": "calc", "label": "BMI", "choices": "[weight] / ([height] / 100)^2"},
    {"name": "met", "type": "text", "label": "When did we meet?", "validation": "datetime_ymd"},
    {"name": "long", "type": "notes", "label": "How was it?", "branching": 'datediff([ill], [well], "d", "ymd") > 14'},
    {"name": "pills", "type": "checkbox", "label": "Which pills?", "choices": PILLS},
    {"name": "which", "type": "text", "label": "Which,\r\nand since when?", "branching": TAKEN},
    {"name": "happy", "type": "radio", "label": "Happy?", "choices": "0, No|1, Yes", "matrix": "moods", "section": "Moods"},
    {"name": "sad", "type": "radio", "label": "Sad?", "choices": "0, No|1, Yes", "matrix": "moods", "branching": "[weight] > 50"},
    {"name": "tall", "type": "radio", "label": "Tall?", "choices": "0, No|1, Yes", "matrix": "moods"},
    {"name": "one", "type": "radio", "label": "Price", "choices": "1, First | 2, Second", "matrix": "rank", "ranking": "y"},
    {"name": "two", "type": "radio", "label": "Service", "choices": "1, First | 2, Second", "matrix": "rank", "ranking": "y"},
    {"name": "agree", "type": "truefalse", "label": "We agree", "annotation": "@NOW"},
    {"name": "photo", "type": "file", "label": "Photo", "validation": "signature", "form": "end_form"},
    {"name": "source", "type": "text", "label": "Source", "annotation": "@HIDDEN @DEFAULT='web'", "form": "end_form"},
    {"name": "bye", "type": "descriptive", "label": "<p>Thank you, [record_id]</p>", "form": "end_form"},
    encoding="utf-16",
)  # fmt: skip
"""Names of limits, ranges by other answers, matrices with rules on rows, rankings, tags, in UTF-16."""

API = b'''\
field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,field_note,\
text_validation_type_or_show_slider_number,text_validation_min,text_validation_max,identifier,branching_logic,\
required_field,custom_alignment,question_number,matrix_group_name,matrix_ranking,field_annotation
sex,demo,About you,dropdown,"Sex, as in your papers","1, Female | 2, Male | 3, Other: tell","Choose ""one""",,,,,,y,RH,1,,,
sex_other,demo,,text,Which?,,,,,,,[sex] = '3',,,,,,@CHARLIMIT=40
nps,demo,,radio,How likely?,"0, 0 | 1, 1 | 2, 2 | 3, 3 | 4, 4 | 5, 5 | 6, 6 | 7, 7 | 8, 8 | 9, 9 | 10, 10",,,,,,,y,LH,,,,
why,demo,,notes,Why?,,,,,,,[nps] <= 6 and [nps] <> '',,,,,,
score,demo,,calc,Score,"[nps] + if([sex] = '1', 1, 0)",,,,,,,,,,,,
'''
"""As the API writes them."""

FILES = {"visit.csv": VISIT, "checked.csv": CHECKED, "api.csv": API}
