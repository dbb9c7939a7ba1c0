"""What agents and others answer, and what customers see of it: one row each."""

from __future__ import annotations

from typing import Final

from tests.e2e.scenario import (
    FIRST,
    MESSENGER,
    PAGES,
    WHATSAPP,
    Scenario,
    agent,
    business,
    controlled_by,
    customer,
    fails,
    silent_for,
)

ELSEWHERE: Final = (
    Scenario(
        name="written elsewhere",
        steps=(business(text="Written on another screen."),),
        ticket=("[sent to the customer outside the helpdesk]\nWritten on another screen.",),
        outbox=("Written on another screen.",),
    ),
    Scenario(
        name="answered elsewhere",
        steps=(
            controlled_by("other"),
            customer(text="is this a machine?"),
            controlled_by("app"),
            customer(text="at last"),
        ),
        ticket=(
            "has taken over this conversation.",
            "[while another application held this conversation]",
            "is this a machine?",
            "at last",
        ),
    ),
    Scenario(
        name="given back",
        steps=(controlled_by("other"), controlled_by("app", summary="Wants a human.")),
        ticket=("has taken over this conversation.", "This conversation was given back to us."),
    ),
)

ANSWERED: Final = (
    Scenario(name="answer", steps=(agent("Here you are."),), outbox=("Here you are.",)),
    Scenario(
        name="a day later",
        channels=PAGES,
        steps=(silent_for(30), agent("A human writes late.")),
        outbox=("A human writes late.",),
    ),
    Scenario(
        name="two days later",
        channels=(WHATSAPP,),
        steps=(silent_for(48), agent("Too late for words.")),
        ticket=("A reply did not reach the customer", "too long ago"),
        outbox=("Too late for words.",),
    ),
    Scenario(
        name="eight days later",
        channels=PAGES,
        steps=(silent_for(8 * 24), agent("Too late for words.")),
        ticket=("not sent", "too long ago"),
    ),
    Scenario(
        name="template",
        channels=(WHATSAPP,),
        steps=(silent_for(48), agent('/template how_was_it en "Ana"')),
        outbox=("Hello Ana, how was our help?",),
    ),
    Scenario(
        name="unknown template",
        channels=(WHATSAPP,),
        steps=(agent("/template no_such_thing en"),),
        ticket=("not sent", "the platform refused the", "no_such_thing"),
    ),
    Scenario(
        name="nobody there",
        channels=PAGES,
        steps=(fails(fault="error", code=551), agent("Are you there?")),
        ticket=("not sent", "cannot reach this person"),
    ),
    Scenario(
        name="failed late",
        channels=(WHATSAPP,),
        steps=(fails(fault="late_failure", code=131049), agent("For you alone.")),
        ticket=("A reply did not reach the customer", "held the message back"),
        outbox=("For you alone.",),
    ),
    Scenario(
        name="refused for a moment",
        steps=(fails(fault="error", code=4), agent("Sooner or later.")),
        outbox=("Sooner or later.",),
    ),
)

PUBLIC: Final = (
    Scenario(
        name="comment",
        channels=PAGES,
        opens={"comment": {"post": "77", "text": "$text"}},
        ticket=("[public comment on ",),
    ),
    Scenario(
        name="comment answered in public",
        channels=PAGES,
        opens={"comment": {"post": "78", "text": "$text"}},
        steps=(agent("We answer here."),),
        never=("[sent to the customer outside",),
        outbox=("We answer here.",),
    ),
    Scenario(
        name="comment answered privately",
        channels=PAGES,
        opens={"comment": {"post": "79", "text": "$text"}},
        steps=(agent("/private We answer you alone."),),
        outbox=("We answer you alone.",),
    ),
    Scenario(
        name="comment edited",
        channels=(MESSENGER,),
        opens={"comment": {"post": "80", "text": "$text"}},
        steps=(customer(edit={"message_id": FIRST, "text": "I meant the red one"}),),
        ticket=("The message was edited.", "I meant the red one"),
    ),
    Scenario(
        name="comment removed",
        channels=(MESSENGER,),
        opens={"comment": {"post": "81", "text": "$text"}},
        steps=(customer(unsend={"message_id": FIRST}),),
        ticket=("A message was taken back by its sender.",),
    ),
)
