"""Italian."""

SENTENCES = {
    "channel.messenger": "Messenger",
    "channel.instagram": "Instagram",
    "channel.whatsapp": "WhatsApp",
    "subject": "{channel}: {name}",
    "someone": "un cliente su {channel}",
    "sent_outside": "[inviato al cliente fuori dall'helpdesk]\n{text}",
    "goes_on": (
        "Questa conversazione continua qui: il suo ticket {ticket} è stato eliminato, o unito a quello di "
        "un altro cliente."
    ),
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
    "file.portrait": "foto del profilo",
    "file_missing": "[{kind} mancante: {reason}]",
    "unconfirmed": (
        "Questa risposta potrebbe non essere arrivata: la piattaforma non l'ha mai confermata. Non "
        "è stata inviata di nuovo; chieda al cliente, o riscriva se è importante.\n\n{text}"
    ),
    "arrived_after_all": "La risposta che non era confermata è poi arrivata.\n\n{text}",
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
    "reason.nothing_to_send": "non contiene nulla da inviare.",
    "reason.set_aside": "attende un operatore, che è stato avvisato.",
    "reason.other": "la piattaforma l'ha rifiutata. Ha detto: {detail}",
    "reason.window_closed": (
        "l'ultimo messaggio del cliente è troppo vecchio: la piattaforma accetta risposte per 24 ore, "
        "su Messenger e Instagram quanto ha scritto una persona per 7 giorni. Su WhatsApp si può ancora "
        "inviare un modello: /template."
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
    "reason.template_refused": "la piattaforma ha rifiutato il modello. Ha detto: {detail}",
    "reason.test_account": (
        "il nostro account è ancora di prova, e questo numero non è tra quelli a cui può scrivere; deve "
        "occuparsene un amministratore."
    ),
    "reason.automatic_flow": (
        "un flusso automatico della piattaforma gestisce questa conversazione; riscrivete quando è finito."
    ),
    "reason.file_not_fetched": "la piattaforma non ha potuto scaricare il file.",
    "reason.file_under_comment": "un file non può rispondere a un commento pubblico.",
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
    "customer": "cliente",
    "bot": "altra applicazione",
    "transcript": "[mentre un'altra applicazione gestiva questa conversazione]\n{lines}",
    "started_elsewhere": "Iniziata dal ticket {ticket}: questo cliente ha già una conversazione, che continua qui.",
    "part.unsupported": "[messaggio non supportato: {kind}]",
    "part.edited": "[modificato; che cosa diceva prima, qui non si sa]",
    "part.taken_back": "[messaggio ritirato da chi lo ha inviato]",
    "part.location": "[posizione: {what}]\n{link}",
    "part.contacts": "[contatti]\n{lines}",
    "part.order": "[ordine]\n{lines}",
    "part.product": "[riguarda il prodotto: {what}]",
    "part.link": "[collegamento: {title}]\n{url}",
    "part.post": "[ha condiviso un post: {title}]\n{url}",
    "part.reel": "[ha condiviso un reel: {title}]\n{url}",
    "part.story": "[ha condiviso una storia]\n{url}",
    "part.story_mention": "[ci ha menzionati in una storia]\n{url}",
    "part.story_reply": "[in risposta alla nostra storia]\n{url}",
    "part.forwarded": "[inoltrato]",
    "part.forwarded_often": "[inoltrato molte volte]",
    "part.referral": "[arriva da: {what}]",
    "part.ephemeral": "[una foto o un video che scompare: aprire l'app per vederlo]",
    "part.like": "❤️",
    "part.form": "[modulo: {name}]\n{lines}",
    "part.feedback": "[valutazione]\n{lines}",
    "part.booking": "[appuntamento]\n{what}",
    "part.comment": "[commento pubblico a {what}]",
    "part.mention": "[ci ha menzionati su {what}]",
    "part.template": "[modello]\n{lines}",
    "note.said_before": "Prima di essere modificato, il messaggio diceva:\n{text}",
    "note.edited": "Il messaggio è stato modificato.\n{quote}\nOra dice:\n{text}",
    "note.taken_back": "Un messaggio è stato ritirato da chi lo ha inviato. Qui è stato cancellato; cancellatelo anche in questo ticket.",
    "note.taken_back_unknown": "Un messaggio che qui non è noto è stato ritirato da chi lo ha inviato.",
    "note.reply_taken_back": "Una risposta è stata ritirata fuori dall'helpdesk.",
    "note.reacted": "Il cliente ha reagito con {emoji}\n{quote}",
    "note.reaction_removed": "Il cliente ha tolto una reazione.\n{quote}",
    "note.opted_out": "Il cliente non vuole più ricevere altro che risposte.",
    "note.opted_in": "Il cliente vuole di nuovo ricevere i nostri messaggi.",
    "note.handed_over": "Un'altra applicazione ({owner}) ha preso in carico questa conversazione. Quanto viene detto lì sarà mostrato quando sarà restituita.",
    "note.handed_back": "Questa conversazione ci è stata restituita.\n{summary}",
    "note.name_of_another": "Il numero o l'id del cliente è diventato quello di un'altra conversazione. Le due non sono state unite.",
    "note.number_changed": "Il numero di telefono del cliente è cambiato.",
    "note.id_changed": "L'id del cliente sulla piattaforma è cambiato.",
    "note.identity_changed": "Il telefono o l'account del cliente potrebbe essere passato di mano: il codice di sicurezza è nuovo.",
    "note.referred": "Il cliente arriva da: {what}",
    "note.opted_in_for": "Il cliente ha chiesto di essere avvisato di: {what}",
    "note.missed_call": "Il cliente ha chiamato; da qui non si può rispondere alle chiamate.",
    "note.call": "Chiamata: {what}",
    "note.call_permission": "Al cliente è stato chiesto se possiamo chiamarlo: {what}",
    "note.rated": "Il cliente ha valutato una risposta: {what}",
    "note.linked": "Il cliente ha collegato il suo account con noi.",
    "note.unlinked": "Il cliente ha scollegato il suo account da noi.",
    "note.control_asked": "Un'altra applicazione ({owner}) chiede questa conversazione.",
    "note.comment_hidden": "Il commento è stato nascosto.",
    "note.comment_shown": "Il commento è di nuovo visibile.",
    "started_there": "Questo cliente ha già una conversazione: continua nel ticket {ticket}.",
    "reason.command.unknown": "il comando {detail} non esiste; ci sono /template, /whatsapp e /private.",
    "reason.command.template_twice": "uno spazio del modello è riempito due volte.",
    "reason.command.from_unknown": 'from= non nomina un nostro numero WhatsApp servito da questo helpdesk. Dice: "{detail}"',
    "reason.command.start_needed": "questo ticket non ha un cliente su una piattaforma di messaggi: iniziate una conversazione con /whatsapp, il suo numero e un modello.",
    "reason.command.quotes": "nel comando una virgoletta non è chiusa.",
    "reason.command.phone": 'il numero di telefono nel comando non è valido: scrivetelo come +393331234567. Dice: "{detail}"',
    "reason.command.template_name": 'il comando non nomina un modello, o non come lo scrive la piattaforma (lettere minuscole, cifre, _). Dice: "{detail}"',
    "reason.command.template_language": 'il comando vuole la lingua del modello dopo il suo nome, come it o en_US. Dice: "{detail}"',
    "reason.command.template_mixed": 'gli spazi di un modello si riempiono o nel loro ordine o con nome="valore", non in entrambi i modi.',
    "reason.command.template_empty": "uno spazio del modello è riempito con niente.",
    "reason.command.template_here": "un modello non può rispondere a un commento pubblico.",
    "reason.command.private_here": "/private risponde ai commenti pubblici; questa è già una conversazione privata.",
    "reason.command.private_empty": "dopo /private non c'è niente.",
    "reason.command.start_here": "questo ticket ha già un cliente: usate /template qui, o iniziate da un ticket vostro.",
    "reason.command.from": "più di un numero si potrebbe usare: nominate il nostro con from=, dopo quello del cliente.",
    "reason.command.template_unsupported": "questo canale non ha modelli.",
}
