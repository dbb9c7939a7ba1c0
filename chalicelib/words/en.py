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
    "attachments_not_sent": (
        "The attachments of your reply were not sent: attachments are not supported yet."
    ),
    "unconfirmed": (
        "This reply may not have arrived: the platform never confirmed it. It was not sent again; "
        "ask the customer, or write again if it matters.\n\n{text}"
    ),
    "arrived_after_all": "The reply that was not confirmed has arrived after all.",
    "not_sent": "This reply was not sent: {reason}\n\n{text}",
    "not_delivered": "A reply did not reach the customer: {reason}",
    "reason.other": "the platform refused it. It said: {detail}",
    "reason.window_closed": (
        "the customer's last message is too long ago; the platform takes replies for 24 hours only."
    ),
}
