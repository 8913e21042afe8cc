"""Words that LimeSurvey shows by itself and no file holds: yes and no, male and female, the heads of columns."""

_WORDS: dict[str, dict[str, str]] = {
    "Yes": {"zh": "是", "de": "Ja", "fr": "Oui", "es": "Sí", "it": "Sì", "pt": "Sim", "nl": "Ja", "ja": "はい", "ru": "Да"},
    "No": {"zh": "否", "de": "Nein", "fr": "Non", "es": "No", "it": "No", "pt": "Não", "nl": "Nee", "ja": "いいえ", "ru": "Нет"},
    "Uncertain": {"zh": "不确定", "de": "Unsicher", "fr": "Incertain", "es": "Dudoso", "it": "Non so", "nl": "Onzeker"},
    "Increase": {"zh": "增加", "de": "Zunahme", "fr": "Augmente", "es": "Aumentar", "it": "Aumenta", "nl": "Toenemen"},
    "Same": {"zh": "不变", "de": "Gleich", "fr": "Sans changement", "es": "Igual", "it": "Stabile", "nl": "Gelijk"},
    "Decrease": {"zh": "减少", "de": "Abnahme", "fr": "Diminue", "es": "Disminuir", "it": "Diminuisce", "nl": "Afnemen"},
    "Female": {"zh": "女", "de": "weiblich", "fr": "Féminin", "es": "Femenino", "it": "Femmina", "pt": "Feminino"},
    "Male": {"zh": "男", "de": "männlich", "fr": "Masculin", "es": "Masculino", "it": "Maschio", "pt": "Masculino"},
    "Other": {"zh": "其他", "de": "Sonstiges", "fr": "Autre", "es": "Otro", "it": "Altro", "pt": "Outro", "nl": "Anders"},
    "Comment": {"zh": "备注", "de": "Kommentar", "fr": "Commentaire", "es": "Comentario", "it": "Commento", "nl": "Opmerking"},
    "Number": {"zh": "数值", "de": "Zahl", "fr": "Nombre", "es": "Número", "it": "Numero", "nl": "Getal"},
    "Scale 1": {"zh": "量表 1", "de": "Skala 1", "fr": "Échelle 1", "es": "Escala 1", "it": "Scala 1", "nl": "Schaal 1"},
    "Scale 2": {"zh": "量表 2", "de": "Skala 2", "fr": "Échelle 2", "es": "Escala 2", "it": "Scala 2", "nl": "Schaal 2"},
    "The number of answers does not fit": {"zh": "回答的项数不符合要求", "de": "Die Zahl der Antworten passt nicht"},
    "The number is out of range": {"zh": "数值超出允许的范围", "de": "Die Zahl liegt außerhalb der Grenzen"},
    "The sum does not fit": {"zh": "各项之和不符合要求", "de": "Die Summe passt nicht"},
    "Please fill in what is other": {"zh": "请填写“其他”的内容", "de": "Bitte angeben, was „Sonstiges“ ist"},
    "Please enter a number": {"zh": "请填写数字", "de": "Bitte eine Zahl eingeben"},
    "Please use the required form": {"zh": "请按要求的格式填写", "de": "Bitte die verlangte Form verwenden"},
    "The answer is too long": {"zh": "回答过长", "de": "Die Antwort ist zu lang"},
    "Answer": {"zh": "答案", "de": "Antwort", "fr": "Réponse", "es": "Respuesta", "it": "Risposta", "nl": "Antwoord"},
}  # fmt: skip


def said(english: str, tag: str) -> str:
    """The word in the language of the tag, else in English."""
    return _WORDS.get(english, {}).get(tag.split("-")[0], english)
