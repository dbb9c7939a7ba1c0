"""The error policy: what is done about each code that Meta names, and the words for it."""

from __future__ import annotations

import pytest

from chalicelib.graph_api import error_codes
from chalicelib.graph_api.error_codes import Verdict
from chalicelib.words import en, it

REFUSED, WAITS, FAST, OPERATOR, UNCLEAR = (
    Verdict.REFUSED,
    Verdict.TRANSIENT,
    Verdict.TOO_FAST,
    Verdict.UNAUTHORISED,
    Verdict.AMBIGUOUS,
)

# Code, subcode, and what follows; "!" marks what an operator must look at although messages go on.
POLICY = [
    *((190, subcode, OPERATOR, "not_authorised") for subcode in (0, 460, 463, 467)),
    *((code, 0, OPERATOR, "not_authorised") for code in (0, 3, 10, 131005)),
    *((code, 0, OPERATOR, "not_authorised") for code in range(200, 300)),
    (200, 2534041, OPERATOR, "not_authorised"),
    (10, 2018278, REFUSED, "window_closed"),
    (10, 2534022, REFUSED, "window_closed"),
    (131047, 0, REFUSED, "window_closed"),
    (10, 2018065, REFUSED, "not_permitted"),
    (10, 2018108, REFUSED, "not_reachable"),
    (10, 1893063, OPERATOR, "account_restricted"),
    (100, 2018001, REFUSED, "not_reachable"),
    (100, 2018008, REFUSED, "file_not_fetched"),
    *((100, sub, REFUSED, "content_not_supported") for sub in (2018047, 2018109, 2018294)),
    (100, 2534014, REFUSED, "not_reachable"),
    (100, 2534015, REFUSED, "other"),
    (100, 2534029, REFUSED, "other"),
    (100, 2534037, REFUSED, "handled_elsewhere"),
    (613, 2534040, REFUSED, "other"),
    (551, 1545041, REFUSED, "not_reachable"),
    (200, 1545041, REFUSED, "not_reachable"),
    (2018300, 0, REFUSED, "handled_elsewhere"),
    (10, 2018300, REFUSED, "handled_elsewhere"),
    (2018321, 0, REFUSED, "automatic_flow"),
    (10, 2018321, REFUSED, "automatic_flow"),
    *((code, 0, WAITS, "throttled") for code in (4, 17, 32, 613, *range(80001, 80008), 130429)),
    (613, 2018338, WAITS, "throttled"),
    (131048, 0, WAITS, "throttled!"),
    (131064, 0, WAITS, "throttled!"),
    (131056, 0, FAST, "throttled"),
    *((code, 0, UNCLEAR, "platform_error") for code in (1, 2, 1200, 131000, 131016, 133004)),
    (131026, 0, REFUSED, "not_reachable"),
    (131049, 0, REFUSED, "held_back"),
    (130472, 0, REFUSED, "held_back"),
    (131050, 0, REFUSED, "opted_out"),
    *((c, 0, REFUSED, "content_not_supported") for c in (131051, 131052, 131053, 131060)),
    (131021, 0, REFUSED, "not_reachable!"),
    (131030, 0, REFUSED, "test_account!"),
    (130497, 0, REFUSED, "account_restricted!"),
    *(
        (code, 0, OPERATOR, "account_problem")
        for code in (131037, 131042, 131045, 131031, 368, 133010, 134011)
    ),
    (131057, 0, WAITS, "platform_error!"),
    *((code, 0, REFUSED, "invalid_request!") for code in (131008, 131009, 100, 33)),
    (100, 33, REFUSED, "invalid_request!"),
    (131062, 0, REFUSED, "phone_needed"),
    *((code, 0, REFUSED, "template_refused") for code in range(132000, 132017)),
    (132068, 0, REFUSED, "template_refused"),
    (132069, 0, REFUSED, "template_refused"),
    (137000, 0, REFUSED, "identity_changed"),
]


@pytest.mark.parametrize(("code", "subcode", "verdict", "reason"), POLICY)
def test_each_code_has_its_consequence_and_its_words(
    code: int, subcode: int, verdict: Verdict, reason: str
) -> None:
    known = error_codes.meaning(code, subcode=subcode)
    assert known is not None
    said = reason.removesuffix("!")
    assert (known.verdict, known.reason) == (verdict, said)
    assert known.alarm is reason.endswith("!")
    assert f"reason.{said}" in en.SENTENCES
    assert f"reason.{said}" in it.SENTENCES


def test_every_reason_of_the_table_is_in_the_policy_above() -> None:
    reasons = {reason.removesuffix("!") for _, _, _, reason in POLICY}
    known = {meaning.reason for code in range(140_000) if (meaning := error_codes.meaning(code))}
    assert known <= reasons
