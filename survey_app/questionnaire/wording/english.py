"""Rules for English sentences. Every function gets the words of one text and gives the words it stumbled over, or ""."""

import re

from survey_app.questionnaire.wording.finding import Span, finder

_ANY_CASE = re.IGNORECASE

_BRACKETS = re.compile(r"\([^()]*\)|[“\"][^“”\"]*[”\"]|\{\{[^{}]*\}\}")  # as in `chinese`: linear


def plain(text: str) -> str:
    """The text without what stands in brackets, quotes and holes, with straight apostrophes."""
    return _BRACKETS.sub("", text).replace("\u2019", "'")


# --- two ideas in one question -----------------------------------------------------------------------------------------
_PEOPLE = r"(?:friends?|family|relatives?|colleagues?|children|partner|parents|neighbou?rs?|spouse|household)"
_NOT_JOINED = re.compile(
    rf"\b(?:{_PEOPLE}(?: members)? and (?:your )?{_PEOPLE}|you and (?:your )?\w+|terms and conditions"
    rf"|health and safety|pros and cons"
    r"|clean and tidy|tidy and clean|neat and (?:tidy|clean)|safe and sound|back and forth|more and more"
    r"|again and again|drag and drop"
    r"|bed and breakfast|click and collect|research and development|rules and regulations|questions and "
    r"answers|question and answer"
    r"|black and white|wear and tear|between [^?.,]+? and|from [^?.,]+? and|both|and/or|and then|\d+ and \d+|peace and quiet"
    r"|loud and clear|first and foremost|tips and tricks|salt and pepper|fruit and veg(?:etables)?|men "
    r"and women|gin and tonic|knife and fork|fish and chips|arts and crafts|food and drink)\b",
    _ANY_CASE,
)
_JOINT = re.compile(
    r"\b[\w'-]+(?: [\w'-]+)? ?,? ?(?:\band\b|\bas well as\b|\balong with\b|\bplus\b|&)(?: (?:the|our|your"
    r"|its|how))?(?: [\w'-]+){1,2}",
    _ANY_CASE,
)
_BACKGROUND = re.compile(
    r"^(?:thinking|when|after|before|considering|during|since|in|for|as|if|based|overall|looking|given"
    r"|compared|having|on)\b[^?,]*(?:,[^?,]*)??, ?",
    _ANY_CASE,
)
_CHOOSING = re.compile(r"\b(?:which|what kind|prefer|rather|how likely)\b", _ANY_CASE)
_CLOSED_START = re.compile(
    r"^(?:do|did|does|is|are|was|were|has|have|had|can|could|will|would|how|should)\b", _ANY_CASE
)


def asks_closed(text: str) -> bool:
    """Whether one answer is wanted to the whole question (so that two ideas in it are one too many)."""
    return bool(_CLOSED_START.search(_BACKGROUND.sub("", plain(text).strip())))


def two_ideas(text: str) -> Span:
    """Two things joined: prices and service."""
    words = _BACKGROUND.sub("", plain(text).strip())
    if _CHOOSING.search(words):
        return ""
    found = _JOINT.search(_NOT_JOINED.sub("", words))
    return found.group().strip() if found else ""


# --- leading words -----------------------------------------------------------------------------------------------------
_PRAISE = (
    r"(?:excellent|talented|skilled|dedicated|knowledgeable|famous|lovely|expert|wonderful|amazing"
    r"|award-winning|outstanding|superb|fantastic|great|friendly|brilliant|first-class|world-class"
    r"|leading|high-quality|popular|delicious|beautiful|attentive|caring|exciting|improved|convenient|trusted)"
)
_LEADING = re.compile(
    r"^(?:don't|doesn't|isn't|aren't|wasn't|wouldn't|didn't|haven't|shouldn't|do you not|would you not|are you not)\b"
    rf"|\bour (?:new )?(?:\w+ )?{_PRAISE}\b"
    r"|^(?:as you (?:may )?know|obviously|clearly|of course|surely|undoubtedly|everyone knows)\b"
    r"|\beverybody knows\b|\beveryone (?:agrees|knows)\b"
    r"|\b(?:most|many) (?:customers|people|of our customers|shoppers|experts|doctors) (?:prefer|agree"
    r"|think|believe|support|like|love|choose|say)\b"
    r"|, (?:won't|don't|isn't|aren't|doesn't|wasn't|didn't|right|correct|is it not|do you|wouldn't"
    r"|can't)(?: (?:you|it|they|we))?\?"
    r"|^(?:doctors|experts|pharmacists|dentists|scientists) (?:all )?(?:recommend|agree|say|advise)\b"
    r"|\bhow (?:great|amazing|wonderful|fantastic|excellent|delighted|much better|much did you (?:enjoy"
    r"|love|like))\b"
    rf"|\b(?:do|would) you (?:also )?agree (?:that )?[^?]*\b(?:{_PRAISE}|best|better|very)\b|\bsurely\b",
    _ANY_CASE,
)
_OPENER = re.compile(r"^(?:as you (?:may )?know|obviously|clearly|of course|surely|undoubtedly), ?", _ANY_CASE)
_PRAISE_BEFORE = re.compile(rf"\b(our (?:new )?){_PRAISE} (?=\w+)", _ANY_CASE)


def leading(text: str) -> Span:
    """Words that push: don't you, as you know, our excellent."""
    found = _LEADING.search(plain(text).strip())
    return found.group().strip(" ,") if found else ""


def without_leading(text: str) -> str:
    """The text without a leading opener or a word of praise; the same text where that is not safe."""
    left = _PRAISE_BEFORE.sub(r"\1", _OPENER.sub("", text))
    return left[:1].upper() + left[1:] if left != text else text


# --- single words ------------------------------------------------------------------------------------------------------
_ABSOLUTE = re.compile(r"\b(?:always|never|every single|absolutely|100 ?%)(?!\w)", _ANY_CASE)
_HYPOTHETICAL = re.compile(
    r"\bif we (?:were|offered|opened|had|introduced|started|sold|made|gave|charged)\b[^?]*\?"
    r"|\bif\b[^?]*\bwould (?:you|your)\b(?! like to (?:tell|add))"
    r"|\bwould you\b[^?]*\bif\b|\bwould you (?:pay|use|buy|visit us|switch|come back|consider)\b|(?:^"
    r"|[.,?] )(?:suppose|imagine|assuming)\b",
    _ANY_CASE,
)
_PERIOD = re.compile(
    r"(?<!most )\b(?:recently|lately|nowadays|these days|(?:in|over) (?:the )?recent (?:times|days|weeks"
    r"|months|years)|in the recent past)\b",
    _ANY_CASE,
)
_AND_OR = re.compile(r"\band ?/ ?or\b", _ANY_CASE)
_QUESTION = re.compile(
    r"[?？]|[.:…]$|_{2,}|^(?:please|rate|select|choose|tell|enter|list|describe|indicate|mark|pick|write"
    r"|give|how|what|which|who|whom|when|where|why|do|did"
    r"|does|is|are|was|were|have|has|would|could|can|should|will|if|think|on a scale)\b",
    _ANY_CASE,
)


absolute = finder(_ABSOLUTE, plain)
"""always, never."""
hypothetical = finder(_HYPOTHETICAL, plain, longest=40)
"""If we …, would you."""
vague_period = finder(_PERIOD, plain)
"""recently, lately."""
and_or = finder(_AND_OR, str)
"""and/or."""


def without_and_or(text: str) -> str:
    """The same with or."""
    return _AND_OR.sub("or", text)


def is_question(text: str) -> bool:
    """Whether the text asks, asks for something, or is a whole sentence."""
    return bool(_QUESTION.search(text.strip()))


# --- double negatives --------------------------------------------------------------------------------------------------
_HARMLESS = re.compile(
    r"\b(?:no longer|not only|why not|whether or not|or not|no matter|no one else|not yet|if not|can't wait|no\.)",
    _ANY_CASE,
)
_NEGATION = re.compile(
    r"\b(?:not|never|no|nobody|nothing|none|without|cannot|oppose|forbid|refuse|prohibit|avoid)\b|n't\b", _ANY_CASE
)
_NEGATIVE = re.compile(
    r"\b(?:un(?:true|happy|likely|satisfied|clear|able|willing|necessary|helpful|friendly|fair|important"
    r"|reasonable|pleasant|usual)"
    r"|dis(?:satisfied|agree|like|honest|courteous|continue)|impossible|inaccurate|incorrect|incomplete)\b",
    _ANY_CASE,
)
_CLAUSE = re.compile(r"[,.;:?!]|\b(?:because|but|so|when|while|although)\b")


def double_negative(text: str) -> Span:
    """Two negations in one clause."""
    for clause in _CLAUSE.split(plain(text)):
        left = _HARMLESS.sub("", clause)
        count = len(_NEGATION.findall(left))
        if count >= 2 or count and _NEGATIVE.search(left):
            return clause.strip()[:60]
    return ""


# --- jargon ------------------------------------------------------------------------------------------------------------
_TERMS = re.compile(
    r"\b(?:touchpoints?|omni-?channel|churn|onboarding|customer journey|stakeholders?|deliverables?|value "
    r"proposition|assortment planning)\b",
    _ANY_CASE,
)


term = finder(_TERMS, plain)
"""A word of the trade."""


# --- personal data and private matters ---------------------------------------------------------------------------------
_DATA = (
    r"(?:(?:mobile |cell |tele)?phone(?: number)?|mobile(?: number)?|e-?mail(?: address)?|(?:home |postal "
    r"|street |delivery )?address|(?:full |first |last |family )?name|(?:national )?id(?: card)?(?: "
    r"number)?|passport(?: number)?|date of birth|bank account|contact details)"
)
_OWN_DATA = re.compile(
    rf"\b(?:which (?=e-?mail|phone|mobile|address)|what (?=e-?mail|phone|mobile|address)|your |please "
    rf"(?:enter|give|provide|leave|tell us|write)(?: us)?(?: your)? )({_DATA})\b(?! (?:service|support|call"
    rf"|line|labels?|hotline|of the))",
    _ANY_CASE,
)
_BARE_DATA = re.compile(rf"^(?:your )?({_DATA})[:?]?$", _ANY_CASE)
_PRIVATE = re.compile(
    r"\bage\b|\bage group\b|how old (?:are|is)|gender|\bsex\b|income|salary|\bearn\b|level of education"
    r"|highest education|marital|married|ethnic|religio"
    r"|disease|illness|health condition|pregnan|your weight|occupation",
    _ANY_CASE,
)


def personal_data(text: str) -> Span:
    """Personal data that the text asks for."""
    words = plain(text).strip()
    found = _BARE_DATA.search(words) or _OWN_DATA.search(words)
    return found.group(1) if found else ""


private_matter = finder(_PRIVATE, plain)
"""A matter that many do not like to tell."""


_OVERALL = re.compile(r"\boverall\b|\bin general\b|\ball in all\b|how likely are you", _ANY_CASE)
_OWN_ACT = re.compile(
    r"^(?:[^,]{0,40}, )?(?:do|did|have|are|were|will|would|can|could) you\b(?! (?:think|find|feel|know))", _ANY_CASE
)
_FACT = re.compile(
    r"^(?:[^,]{0,40}, )?(?:did|was|were|has|have|is|are|does|do|how long|how many|how often)\b", _ANY_CASE
)


def needs_knowledge(text: str, *, rates: bool) -> bool:
    """Whether some people cannot know the answer: a fact about others, or a part of the service they may not have met."""
    words = plain(text).strip()
    if _OVERALL.search(words):
        return False
    return rates or bool(_FACT.search(words)) and not _OWN_ACT.search(words)


_OPEN_LIST = re.compile(r"\bwhy\b|\breasons?\b|how did you (?:hear|find out|learn)|where did you hear", _ANY_CASE)
_SEVERAL = re.compile(r"\b(?:which|what|whom?)\b", _ANY_CASE)
_CLOSED = re.compile(
    r"\b(?:days?|times?|when|months?|floors?|shops?|stores?|branch(?:es)?|cit(?:y|ies)|meals?|languages?"
    r"|sizes?|colou?rs?|gender|age)\b",
    _ANY_CASE,
)


def open_list(text: str, *, several: bool) -> bool:
    """Whether the possible answers to the question cannot all be listed."""
    words = plain(text)
    if _CLOSED.search(words):
        return False
    return bool(_OPEN_LIST.search(words) or several and _SEVERAL.search(words))


OTHER = re.compile(
    r"^(?:others?|something else|another \w+|other (?:reasons?|things?|ways?))(?: ?\(.*\)|, .*|: ?.*)?$", _ANY_CASE
)
NONE_OF = re.compile(r"^(?:none|neither)(?: of .*)?$|^nothing(?: of .*)?$|^no problems?$", _ANY_CASE)
FREQUENCY = re.compile(
    r"^(?:always|often|very often|sometimes|rarely|seldom|occasionally|never|regularly|frequently|almost "
    r"never|almost always|usually)$",
    _ANY_CASE,
)
