"""Italian."""

SENTENCES = {
    "channel.messenger": "Messenger",
    "channel.instagram": "Instagram",
    "channel.whatsapp": "WhatsApp",
    "subject": "{channel}: {name}",
    "someone": "un cliente su {channel}",
    "unsupported": "[messaggio non supportato: {kind}]",
    "sent_outside": "[inviato al cliente fuori dall'helpdesk]\n{text}",
    "not_shown": (
        "Un messaggio del cliente non ha potuto essere mostrato qui. È conservato; un operatore è "
        "stato avvisato."
    ),
    "empty": "[un messaggio vuoto]",
    "file.image": "immagine",
    "file.audio": "audio",
    "file.video": "video",
    "file.document": "documento",
    "file.sticker": "adesivo",
    "file_missing": "[{kind} mancante: {reason}]",
    "unconfirmed": (
        "Questa risposta potrebbe non essere arrivata: la piattaforma non l'ha mai confermata. Non "
        "è stata inviata di nuovo; chieda al cliente, o riscriva se è importante.\n\n{text}"
    ),
    "arrived_after_all": "La risposta che non era confermata è poi arrivata.",
    "waits_for_operator": (
        "Questa risposta attende: la piattaforma non accetta le nostre credenziali. Un operatore è stato "
        "avvisato; sarà inviata quando saranno rinnovate.\n\n{text}"
    ),
    "too_many_files": "Sono stati inviati solo i primi {most} file di questa risposta.",
    "not_sent": "Questa risposta non è stata inviata: {reason}\n\n{text}",
    "not_delivered": "Una risposta non è arrivata al cliente: {reason}",
    "reason.file_elsewhere": "il file si trova a un indirizzo da cui non si scarica.",
    "reason.file_forbidden": "chi conserva il file non lo consegna più.",
    "reason.file_too_large": "il file supera i 25 MB.",
    "reason.file_empty": "il file è vuoto.",
    "reason.file_not_a_file": "al posto del file è arrivata una pagina web.",
    "reason.file_damaged": "il file è arrivato danneggiato.",
    "reason.file_gone": "il file non c'è più.",
    "reason.file_unavailable": "non è stato possibile scaricare il file.",
    "reason.file_refused": "l'helpdesk non ha accettato il file.",
    "reason.set_aside": "attende un operatore, che è stato avvisato.",
    "reason.other": "la piattaforma l'ha rifiutata. Ha detto: {detail}",
    "reason.window_closed": (
        "l'ultimo messaggio del cliente è troppo vecchio; la piattaforma accetta risposte solo per "
        "24 ore."
    ),
    "reason.not_reachable": (
        "la piattaforma non può raggiungere questa persona: forse ci ha bloccati, se n'è andata o "
        "non ha mai scritto a questo account."
    ),
    "reason.too_long": "il testo è più lungo di quanto questo canale permetta; lo invii a parti.",
    "reason.not_permitted": "qui la piattaforma non permette questo messaggio.",
    "reason.account_restricted": (
        "la piattaforma ha limitato il nostro account, o gli invii verso questo paese; deve "
        "occuparsene un amministratore."
    ),
    "reason.handled_elsewhere": (
        "in questo momento la conversazione è di un'altra applicazione o di un flusso automatico."
    ),
    "reason.held_back": (
        "la piattaforma ha trattenuto il messaggio, per limitare quanto riceve questa persona."
    ),
    "reason.opted_out": "questa persona ha chiesto di non ricevere messaggi di questo tipo.",
    "reason.content_not_supported": "la piattaforma non accetta questo tipo di contenuto.",
    "reason.template_refused": "la piattaforma ha rifiutato il modello di messaggio.",
    "reason.phone_needed": (
        "si può inviare solo a un numero di telefono, e quello di questa persona non è noto."
    ),
    "reason.identity_changed": (
        "il telefono o l'account di questa persona è cambiato e va prima confermato."
    ),
    "reason.invalid_request": (
        "la piattaforma non ha capito il messaggio, o il nostro account di invio non c'è più; deve "
        "occuparsene un amministratore."
    ),
    "reason.throttled": "troppi messaggi inviati in poco tempo.",
    "reason.platform_error": "la piattaforma ha avuto un problema tecnico.",
    "reason.not_authorised": (
        "la piattaforma non accetta più le nostre credenziali; deve rinnovarle un amministratore."
    ),
    "reason.account_problem": (
        "il nostro account al momento non può inviare (pagamento, registrazione o regole); deve "
        "occuparsene un amministratore."
    ),
}
