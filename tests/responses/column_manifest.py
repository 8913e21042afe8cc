"""Every column of the answers side, and why it may be there. A new column fails the test until it is reviewed here.

Ask of each: could it tell, alone or with logs, who gave an answer, or when within the day? (privacy.md 12.6)
"""

MANIFEST: dict[str, dict[str, str]] = {
    "ballot": {
        "wave_id": "key period; shared by a month of answers",
        "nullifier": "keyed hash of the link code; means nothing without the wave's key",
        "nonce_hash": "tells a retry from a second answer; hash of 128 random bits that stand nowhere else",
        "day": "the only time; NULL in small shops",
    },
    "response": {
        "id": "stored period and 46 random bits; no order within the day",
        "version_id": "which questions were asked",
        "mode": "the promise given to the respondent",
        "wave_id": "key period; shared by a month of answers",
        "shop_id": "where; NULL for links without a shop, and of invited answers until ten share it (held_back)",
        "place": "till or desk, named by the chain; a poster's place is shared by all who scan it",
        "channel": "kind of the door, or how an invitation came; `personal` until ten of the shop and day share it",
        "verified": "whether an invitation or receipt stood behind it; one bit",
        "language": "of the page; two values",
        "layout": "which drawing of a scale was seen; few values",
        "day": "the only time; NULL in small shops",
        "rc_hash": "hash of 80 random bits shown once to the respondent; lets only the holder delete",
        "status": "complete or screened out",
        "due": "what the worker still has to do; 0 afterwards",
        "speed": "fast, normal or slow; no duration",
        "straightline": "one bit about the answers themselves",
        "consent_version": "which notice was shown; shared by all of its time",
        "order_seed": "16 bits for random order; a number of the code only with the wave's key",
        "test": "preview answers, never counted",
        "answers": "codes of closed questions, numbers and dates that the person gave",
    },
    "comment": {
        "response_id": "its response",
        "variable": "its question",
        "redacted": "free text without personal data found by patterns",
        "raw": "the text as typed, sealed; shredded after 30 days",
    },
    "draft": {
        "nullifier": "as in ballot; the row goes with the submit",
        "wave_id": "key period",
        "shop_id": "where, for counts of people who stopped",
        "version_id": "which questions",
        "last_question": "where people stop",
        "day": "when it dies",
        "body": "sealed with a key that only the link code gives; padded",
    },
    "response_link": {
        "response_id": "its response, never an anonymous one: check and triggers",
        "mode": "confidential or identified",
        "sealed_link": "the invitation, sealed with K_link",
        "answered_at": "the hour (confidential) or the second (identified)",
    },
    "held_back": {
        "response_id": "its response, until what is held may be told; the rows are written anew with the answers, in order",
        "wave_id": "key period, as in the response",
        "sealed": "shop, day and channel; 37 bytes whatever they are, opens with the wave's keys alone",
    },
    "recording": {
        "id": "128 random bits",
        "nullifier": "of the code it was spoken under, until the submit",
        "response_id": "its response afterwards, until it was written down or heard to the end",
        "wave_id": "key period",
        "variable": "its question",
        "language": "what was spoken",
        "day": "of its making, then that of the answer, which may keep none",
        "tries": "how often writing it down failed",
        "body": "the sound, sealed; deleted once it was written down",
    },
}
