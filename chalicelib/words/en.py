"""English."""

SENTENCES = {
    "channel.messenger": "Messenger",
    "channel.instagram": "Instagram",
    "channel.whatsapp": "WhatsApp",
    "subject": "{channel}: {name}",
    "someone": "a customer on {channel}",
    "sent_outside": "[sent to the customer outside the helpdesk]\n{text}",
    "goes_on": (
        "This conversation goes on here: its ticket {ticket} was deleted, or merged into one of another "
        "customer."
    ),
    "not_shown": (
        "A message of the customer could not be shown here. It is kept; an operator has been told."
    ),
    "empty": "[an empty message]",
    "file.image": "image",
    "file.audio": "audio",
    "file.video": "video",
    "file.document": "document",
    "file.sticker": "sticker",
    "file.portrait": "profile picture",
    "file_missing": "[{kind} missing: {reason}]",
    "unconfirmed": (
        "This reply may not have arrived: the platform never confirmed it. It was not sent again; "
        "ask the customer, or write again if it matters.\n\n{text}"
    ),
    "arrived_after_all": "The reply that was not confirmed has arrived after all.\n\n{text}",
    "waits_for_operator": (
        "This reply waits: the platform does not take our credentials. An operator has been told; it "
        "is sent when they are renewed.\n\n{text}"
    ),
    "too_many_files": "Only the first {most} files of this reply were sent.",
    "not_sent": "This reply was not sent: {reason}\n\n{text}",
    "not_delivered": "A reply did not reach the customer: {reason}",
    "reason.nothing_to_send": "there is nothing in it to send.",
    "reason.set_aside": "it waits for an operator, who has been told.",
    "reason.other": "the platform refused it. It said: {detail}",
    "reason.file_elsewhere": "the file is kept at an address that is not fetched from.",
    "reason.file_forbidden": "whoever keeps the file no longer gives it out.",
    "reason.file_too_large": "the file is larger than 25 MB.",
    "reason.file_empty": "the file is empty.",
    "reason.file_not_a_file": "a web page came in place of the file.",
    "reason.file_damaged": "the file arrived damaged.",
    "reason.file_gone": "the file is no longer there.",
    "reason.file_unavailable": "the file could not be fetched.",
    "reason.file_refused": "the helpdesk did not take the file.",
    "reason.window_closed": (
        "the customer's last message is too long ago: the platform takes replies for 24 hours, on "
        "Messenger and Instagram what a person wrote for 7 days. On WhatsApp a template can still be "
        "sent: /template."
    ),
    "reason.not_reachable": (
        "the platform cannot reach this person: they may have blocked us, left, or never written "
        "to this account."
    ),
    "reason.too_long": "the text is longer than this channel allows; send it in shorter parts.",
    "reason.not_permitted": "the platform does not permit this message here.",
    "reason.account_restricted": (
        "the platform has restricted our account, or sending to this country; an administrator "
        "has to look."
    ),
    "reason.handled_elsewhere": (
        "another application or an automatic flow holds this conversation at the moment."
    ),
    "reason.held_back": (
        "the platform held the message back, to limit how much this person receives."
    ),
    "reason.opted_out": "this person asked not to receive such messages.",
    "reason.content_not_supported": "the platform could not take this kind of content.",
    "reason.template_refused": "the platform refused the template. It said: {detail}",
    "reason.test_account": (
        "our account is still one for tests, and this number is not among those it may write to; an "
        "administrator has to look."
    ),
    "reason.automatic_flow": (
        "an automatic flow of the platform holds this conversation; write again when it has ended."
    ),
    "reason.file_not_fetched": "the platform could not fetch the file.",
    "reason.file_under_comment": "files cannot answer a public comment.",
    "reason.phone_needed": (
        "this can only be sent to a phone number, and this person's is not known."
    ),
    "reason.identity_changed": (
        "this person's phone or account has changed and has to be confirmed first."
    ),
    "reason.invalid_request": (
        "the platform did not understand the message, or our sending account is gone; an "
        "administrator has to look."
    ),
    "reason.throttled": "too many messages were sent in a short time.",
    "reason.platform_error": "the platform had a technical problem.",
    "reason.not_authorised": (
        "the platform no longer takes our credentials; an administrator has to renew them."
    ),
    "reason.account_problem": (
        "our account cannot send at the moment (payment, registration or policy); an "
        "administrator has to look."
    ),
    "customer": "customer",
    "bot": "other application",
    "transcript": "[while another application held this conversation]\n{lines}",
    "started_elsewhere": "Started from ticket {ticket}: this customer has a conversation already, which goes on here.",
    "part.unsupported": "[unsupported message: {kind}]",
    "part.edited": "[edited; what it said before is not known here]",
    "part.taken_back": "[message taken back by its sender]",
    "part.location": "[location: {what}]\n{link}",
    "part.contacts": "[contacts]\n{lines}",
    "part.order": "[order]\n{lines}",
    "part.product": "[about the product: {what}]",
    "part.link": "[link: {title}]\n{url}",
    "part.post": "[shared a post: {title}]\n{url}",
    "part.reel": "[shared a reel: {title}]\n{url}",
    "part.story": "[shared a story]\n{url}",
    "part.story_mention": "[mentioned us in a story]\n{url}",
    "part.story_reply": "[in answer to our story]\n{url}",
    "part.forwarded": "[forwarded]",
    "part.forwarded_often": "[forwarded many times]",
    "part.referral": "[came from: {what}]",
    "part.ephemeral": "[a picture or video that disappears: open the app to see it]",
    "part.like": "❤️",
    "part.form": "[form: {name}]\n{lines}",
    "part.feedback": "[feedback]\n{lines}",
    "part.booking": "[appointment]\n{what}",
    "part.comment": "[public comment on {what}]",
    "part.mention": "[mentioned us on {what}]",
    "part.template": "[template]\n{lines}",
    "note.said_before": "Before it was edited, the message said:\n{text}",
    "note.edited": "The message was edited.\n{quote}\nIt says now:\n{text}",
    "note.taken_back": "A message was taken back by its sender. It is deleted here; please delete it in this ticket, too.",
    "note.taken_back_unknown": "A message that is not known here was taken back by its sender.",
    "note.reply_taken_back": "A reply was taken back outside the helpdesk.",
    "note.reacted": "The customer reacted with {emoji}\n{quote}",
    "note.reaction_removed": "The customer removed a reaction.\n{quote}",
    "note.opted_out": "The customer does not want to receive anything but answers any more.",
    "note.opted_in": "The customer wants to receive messages from us again.",
    "note.handed_over": "Another application ({owner}) has taken over this conversation. What is said there is shown when it is given back.",
    "note.handed_back": "This conversation was given back to us.\n{summary}",
    "note.name_of_another": "The customer's number or id changed to one that belongs to another conversation. The two were not merged.",
    "note.number_changed": "The customer's phone number has changed.",
    "note.id_changed": "The customer's id on the platform has changed.",
    "note.identity_changed": "The customer's phone or account may have changed hands: the security code is new.",
    "note.referred": "The customer came from: {what}",
    "note.opted_in_for": "The customer asked to be told about: {what}",
    "note.missed_call": "The customer called; calls cannot be answered here.",
    "note.call": "Call: {what}",
    "note.call_permission": "The customer was asked whether we may call: {what}",
    "note.rated": "The customer rated an answer: {what}",
    "note.linked": "The customer linked their account with us.",
    "note.unlinked": "The customer unlinked their account from us.",
    "note.control_asked": "Another application ({owner}) asks for this conversation.",
    "note.comment_hidden": "The comment was hidden.",
    "note.comment_shown": "The comment is shown again.",
    "started_there": "This customer has a conversation already: it goes on in ticket {ticket}.",
    "reason.command.unknown": "there is no command {detail}; there are /template, /whatsapp and /private.",
    "reason.command.template_twice": "a blank of the template is filled twice.",
    "reason.command.from_unknown": 'from= names no WhatsApp number of ours that this helpdesk serves. It says: "{detail}"',
    "reason.command.start_needed": "this ticket has no customer on a messaging platform: start a conversation with /whatsapp, their number and a template.",
    "reason.command.quotes": "a quotation mark in the command is not closed.",
    "reason.command.phone": 'the phone number in the command is not one: write it like +393331234567. It says: "{detail}"',
    "reason.command.template_name": 'the command names no template, or not as the platform writes it (small letters, digits, _). It says: "{detail}"',
    "reason.command.template_language": 'the command needs the language of the template after its name, like it or en_US. It says: "{detail}"',
    "reason.command.template_mixed": 'the blanks of a template are filled either in their order or by name="value", not both.',
    "reason.command.template_empty": "a blank of the template is filled with nothing.",
    "reason.command.template_here": "templates cannot answer a public comment.",
    "reason.command.private_here": "/private answers public comments; this is a private conversation already.",
    "reason.command.private_empty": "there is nothing behind /private.",
    "reason.command.start_here": "this ticket has a customer already: use /template here, or start from a ticket of your own.",
    "reason.command.from": "more than one number could be used: name ours with from=, after the customer's.",
    "reason.command.template_unsupported": "this channel has no templates.",
}
