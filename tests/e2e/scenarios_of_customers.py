"""What customers do, and what agents see of it: one row each."""

from __future__ import annotations

from typing import Final

from tests.e2e.illustrated import png
from tests.e2e.scenario import (
    FIRST,
    INSTAGRAM,
    MESSENGER,
    PAGES,
    SENT,
    WHATSAPP,
    Scenario,
    agent,
    customer,
    file,
)

_URL: Final = "https://example.com/1"
_ORDER: Final = {
    "products": [{"id": "lamp", "name": "lamp", "quantity": 2, "price": 30, "currency": "EUR"}],
    "note": "in green",
}

SAID: Final = (
    Scenario(name="words", steps=(customer(text="and more words"),), ticket=("and more words",)),
    *(
        Scenario(name=name, steps=(file(kind, filename, content),), files=(content,))
        for name, kind, filename, content in (
            ("picture", "image", "a.png", png(1)),
            ("voice", "audio", "a.mp3", b"ID3\x03\0\0\0\0\0\0"),
            ("film", "video", "a.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"),
            ("document", "file", "a.pdf", b"%PDF-1.7\n%%EOF\n"),
            ("sticker", "sticker", "a.webp", b"RIFF\x12\0\0\0WEBPVP8L\x05\0\0\0\x2f\0\0\0\0\0"),
        )
    ),
    Scenario(
        name="place",
        channels=(MESSENGER, WHATSAPP),
        steps=(customer(location={"latitude": 45.4, "longitude": 10.9, "name": "Square"}),),
        ticket=("[location: ", "45.4"),
    ),
    Scenario(
        name="contacts",
        channels=(WHATSAPP,),
        steps=(customer(contacts=[{"name": "Bo Linden", "phone": "+15550009"}]),),
        ticket=("[contacts]", "Bo Linden"),
    ),
    Scenario(
        name="order",
        channels=(MESSENGER, WHATSAPP),
        steps=(customer(order=_ORDER),),
        ticket=("[order]", "lamp", "in green"),
    ),
    Scenario(
        name="quick reply",
        steps=(customer(quick_reply={"title": "Where is it?", "payload": "X"}),),
        ticket=("Where is it?",),
    ),
    Scenario(
        name="list reply",
        channels=(WHATSAPP,),
        steps=(customer(quick_reply={"title": "Red", "payload": "r", "description": "wine"}),),
        ticket=("Red",),
    ),
    Scenario(
        name="button",
        steps=(customer(button={"title": "Talk to somebody", "payload": "X"}),),
        ticket=("Talk to somebody",),
    ),
    Scenario(
        name="form",
        channels=(WHATSAPP,),
        steps=(customer(flow={"name": "sizes", "response": {"size": "M"}}),),
        ticket=("[form: ", "size: M"),
    ),
    Scenario(
        name="shared link",
        channels=PAGES,
        steps=(customer(share={"kind": "link", "url": _URL, "title": "Lamps"}),),
        ticket=(_URL,),
    ),
    Scenario(
        name="shared post",
        channels=PAGES,
        steps=(customer(share={"kind": "post", "url": _URL, "title": "Lamps"}),),
        ticket=("[shared a post: Lamps]", _URL),
    ),
    Scenario(
        name="shared reel",
        channels=PAGES,
        steps=(customer(share={"kind": "reel", "url": _URL, "title": "Lamps"}),),
        ticket=("[shared a reel: Lamps]", _URL),
    ),
    Scenario(
        name="shared story",
        channels=(INSTAGRAM,),
        steps=(customer(share={"kind": "story", "url": _URL}),),
        ticket=("[shared a story]", _URL),
    ),
    Scenario(
        name="story mention",
        channels=(INSTAGRAM,),
        steps=(customer(story_mention={"url": _URL}),),
        ticket=("[mentioned us in a story]", _URL),
    ),
    Scenario(
        name="story reply",
        channels=(INSTAGRAM,),
        steps=(customer(text="so nice", story_reply={"id": "1", "url": _URL}),),
        ticket=("so nice", "[in answer to our story]"),
    ),
    Scenario(name="heart", channels=(INSTAGRAM,), steps=(customer(like=True),), ticket=("❤️",)),
    Scenario(
        name="seen once",
        channels=(INSTAGRAM,),
        steps=(customer(ephemeral=True),),
        ticket=("[a picture or video that disappears",),
    ),
    Scenario(
        name="not supported", steps=(customer(unsupported=True),), ticket=("[unsupported message",)
    ),
    Scenario(
        name="from an advertisement",
        steps=(customer(text="hello", referral={"ref": "spring", "ad_title": "Spring sale"}),),
        ticket=("[came from: ",),
    ),
    Scenario(
        name="from a link",
        channels=PAGES,
        steps=(customer(referral={"ref": "spring"}),),
        ticket=("The customer came from: ",),
    ),
    Scenario(
        name="quote",
        steps=(customer(text="this one", reply_to=FIRST),),
        ticket=("> ", "this one"),
    ),
    Scenario(
        name="forwarded",
        channels=(WHATSAPP,),
        steps=(customer(text="look at that", forwarded=True),),
        ticket=("[forwarded]", "look at that"),
    ),
    Scenario(
        name="call",
        channels=(WHATSAPP,),
        steps=(customer(call={"seconds": 0}),),
        ticket=("The customer called",),
    ),
    Scenario(
        name="group",
        channels=(WHATSAPP,),
        steps=(customer(text="to all of us", group="1203@g.us"), customer(text="to you")),
        ticket=("to you",),
        never=("to all of us",),
    ),
)

CHANGED: Final = (
    Scenario(
        name="reaction",
        steps=(customer(reaction={"message_id": FIRST, "emoji": "🎉"}),),
        ticket=("The customer reacted with 🎉",),
    ),
    Scenario(
        name="reaction taken back",
        steps=(
            agent("It is on its way."),
            customer(reaction={"message_id": SENT, "emoji": "👍"}),
            customer(reaction={"message_id": SENT, "emoji": ""}),
        ),
        ticket=("The customer reacted with 👍", "The customer removed a reaction."),
        outbox=("It is on its way.",),
    ),
    Scenario(
        name="edit",
        steps=(customer(edit={"message_id": FIRST, "text": "I meant the red one"}),),
        ticket=("The message was edited.", "I meant the red one"),
    ),
    Scenario(
        name="unsend",
        steps=(customer(unsend={"message_id": FIRST}),),
        ticket=("A message was taken back by its sender.",),
    ),
    Scenario(
        name="no advertisements",
        channels=(MESSENGER, WHATSAPP),
        steps=(customer(opt_out=True), customer(opt_in=True)),
        ticket=(
            "The customer does not want to receive anything but answers any more.",
            "The customer wants to receive messages from us again.",
        ),
    ),
    Scenario(
        name="feedback",
        channels=(MESSENGER,),
        steps=(customer(feedback={"question": "help", "score": 4, "text": "fine"}),),
        ticket=("[feedback]", "fine"),
    ),
    Scenario(
        name="number changed",
        channels=(WHATSAPP,),
        steps=(customer(new_number="15550123456"), customer(text="it is me")),
        ticket=("The customer's phone number has changed.", "it is me"),
    ),
    Scenario(
        name="id changed",
        channels=(WHATSAPP,),
        steps=(customer(new_id=True), customer(text="still me")),
        ticket=("The customer's id on the platform has changed.", "still me"),
    ),
    Scenario(
        name="identity changed",
        channels=(WHATSAPP,),
        steps=(customer(new_identity=True),),
        ticket=("The customer's phone or account may have changed hands",),
    ),
)
