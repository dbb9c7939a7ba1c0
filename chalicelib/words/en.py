"""English."""

SENTENCES = {
    "channel.messenger": "Messenger",
    "channel.instagram": "Instagram",
    "channel.whatsapp": "WhatsApp",
    "subject": "{channel}: {name}",
    "someone": "a customer on {channel}",
    "unsupported": "[unsupported message: {kind}]",
    "sent_outside": "[sent to the customer outside the helpdesk]\n{text}",
    "not_shown": (
        "A message of the customer could not be shown here. It is kept; an operator has been told."
    ),
    "empty": "[an empty message]",
    "file.image": "image",
    "file.audio": "audio",
    "file.video": "video",
    "file.document": "document",
    "file.sticker": "sticker",
    "file_missing": "[{kind} missing: {reason}]",
    "unconfirmed": (
        "This reply may not have arrived: the platform never confirmed it. It was not sent again; "
        "ask the customer, or write again if it matters.\n\n{text}"
    ),
    "arrived_after_all": "The reply that was not confirmed has arrived after all.",
    "waits_for_operator": (
        "This reply waits: the platform does not take our credentials. An operator has been told; it "
        "is sent when they are renewed.\n\n{text}"
    ),
    "too_many_files": "Only the first {most} files of this reply were sent.",
    "not_sent": "This reply was not sent: {reason}\n\n{text}",
    "not_delivered": "A reply did not reach the customer: {reason}",
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
        "the customer's last message is too long ago; the platform takes replies for 24 hours only."
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
    "reason.template_refused": "the platform refused the message template.",
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
}
