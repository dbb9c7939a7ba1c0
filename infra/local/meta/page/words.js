// What the page says, in English and Italian, and which of the two it speaks.

const WORDS = {
  en: {
    title: "The customers' phones",
    lead: "Write to the shop as a customer. Your message becomes a ticket; the agent's answer arrives here.",
    language: "Language",
    open_desk: "Open the agents' desk",
    ticket: "Ticket {id}",
    ticket_label: "Ticket {id}, opens in the agents' desk",
    phone: "{channel} phone",
    all_customers: "All customers",
    new_customer: "New customer",
    unread: "{count} new",
    name: "Name",
    id_messenger: "Customer's id",
    id_instagram: "Customer's id",
    id_whatsapp: "Number, or a user name",
    message: "Message",
    send: "Send",
    attach: "Attach a picture or a file",
    attached: "Attached: {name}",
    remove_file: "Do not send the file",
    conversation: "Conversation",
    nothing_said: "Nothing said yet.",
    by_customer: "Customer:",
    by_business: "The shop:",
    unshown: "[{type}]",
    sending: "sending …",
    waiting: "the application answered {code}; it will be sent again",
    no_answer: "the application does not answer; it will be sent again",
    received: "received",
    refused: "refused by the application ({code})",
    accepted: "accepted",
    sent: "sent",
    delivered: "delivered",
    read: "read",
    failed: "did not arrive (error {code})",
    not_sent: "Not sent: {why}",
    too_large: "The file is larger than {most} MB.",
    unreadable: "The file cannot be read.",
    voice_alone: "On WhatsApp a voice message carries no text.",
    meta_lost: "The simulated Meta does not answer. Is it still running?",
    not_sent_lost: "Not sent: the simulated Meta does not answer. Your message is still here.",
    journeys: "What the system does",
    journeys_lead: "Each message, stage by stage; the newest first.",
    nothing_done: "Nothing has happened yet. Write something on a phone.",
    desk_down: "The helpdesk does not answer. Messages are kept, and wait for it.",
    way_in: "Customer to ticket",
    way_out: "Answer to customer",
    answer: "Answer",
    at_stage: "{stage}: {time}",
    not_yet: "not yet",
    stage_webhook: "Webhook",
    stage_queue: "Queue",
    stage_table: "Table",
    stage_ticket: "Ticket",
    stage_graph: "Graph API",
    stage_delivered: "Delivered",
    stage_read: "Read",
    stage_failed: "Failed",
    parked: "Set aside for the operator",
    ignored: "Not kept, by a rule",
    "attempt failed": "An attempt failed; it is tried again",
    "work parked": "Set aside for the operator",
    "send refused": "Refused by the platform; the agent is told",
    "send broke": "The sending broke off; it may have arrived",
    "send unconfirmed": "Sent without an answer; a confirmation is awaited",
  },
  it: {
    title: "I telefoni dei clienti",
    lead: "Scrivi al negozio come cliente. Il messaggio diventa un ticket; la risposta dell'operatore arriva qui.",
    language: "Lingua",
    open_desk: "Apri l'helpdesk",
    ticket: "Ticket {id}",
    ticket_label: "Ticket {id}, si apre nell'helpdesk",
    phone: "Telefono {channel}",
    all_customers: "Tutti i clienti",
    new_customer: "Nuovo cliente",
    unread: "{count} da leggere",
    name: "Nome",
    id_messenger: "Id del cliente",
    id_instagram: "Id del cliente",
    id_whatsapp: "Numero, o nome utente",
    message: "Messaggio",
    send: "Invia",
    attach: "Allega una foto o un file",
    attached: "Allegato: {name}",
    remove_file: "Non inviare il file",
    conversation: "Conversazione",
    nothing_said: "Ancora nessun messaggio.",
    by_customer: "Cliente:",
    by_business: "Il negozio:",
    unshown: "[{type}]",
    sending: "invio in corso …",
    waiting: "l'applicazione ha risposto {code}; sarà inviato di nuovo",
    no_answer: "l'applicazione non risponde; sarà inviato di nuovo",
    received: "ricevuto",
    refused: "rifiutato dall'applicazione ({code})",
    accepted: "accettato",
    sent: "inviato",
    delivered: "consegnato",
    read: "letto",
    failed: "non è arrivato (errore {code})",
    not_sent: "Non inviato: {why}",
    too_large: "Il file supera i {most} MB.",
    unreadable: "Il file non si può leggere.",
    voice_alone: "Su WhatsApp un messaggio vocale non porta testo.",
    meta_lost: "Il Meta simulato non risponde. È ancora in esecuzione?",
    not_sent_lost: "Non inviato: il Meta simulato non risponde. Il messaggio è ancora qui.",
    journeys: "Che cosa fa il sistema",
    journeys_lead: "Ogni messaggio, passo per passo; prima i più recenti.",
    nothing_done: "Non è ancora successo niente. Scrivi qualcosa da un telefono.",
    desk_down: "L'helpdesk non risponde. I messaggi sono al sicuro e lo aspettano.",
    way_in: "Dal cliente al ticket",
    way_out: "Dalla risposta al cliente",
    answer: "Risposta",
    at_stage: "{stage}: {time}",
    not_yet: "non ancora",
    stage_webhook: "Webhook",
    stage_queue: "Coda",
    stage_table: "Tabella",
    stage_ticket: "Ticket",
    stage_graph: "Graph API",
    stage_delivered: "Consegnato",
    stage_read: "Letto",
    stage_failed: "Fallito",
    parked: "Messo da parte per chi gestisce il sistema",
    ignored: "Non conservato, per regola",
    "attempt failed": "Un tentativo è fallito; si riprova",
    "work parked": "Messo da parte per chi gestisce il sistema",
    "send refused": "Rifiutato dalla piattaforma; l'operatore lo sa",
    "send broke": "L'invio si è interrotto; forse è arrivato",
    "send unconfirmed": "Inviato senza risposta; si aspetta una conferma",
  },
};
const REMEMBERED = "scripta-language";

let language = first();

// What was chosen before, else the first of the browser's languages that is spoken here.
function first() {
  const chosen = remembered();
  if (chosen in WORDS) return chosen;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag) => tag in WORDS) ?? "en";
}

// A browser that keeps nothing still speaks.
function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) ?? "";
  } catch {
    return "";
  }
}

export function current() {
  return language;
}

// Returns the words for a key with the values filled in; a key without words is its own.
export function say(key, values = {}) {
  const words = WORDS[language][key] ?? key;
  return words.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

// Writes the words of everything under `root` that names some.
export function translate(root) {
  for (const one of root.querySelectorAll("[data-word]")) one.textContent = say(one.dataset.word);
  for (const one of root.querySelectorAll("[data-label]")) {
    one.setAttribute("aria-label", say(one.dataset.label));
    if (one.matches("button, input")) one.title = say(one.dataset.label);
  }
  for (const one of root.querySelectorAll("[data-hint]")) one.placeholder = say(one.dataset.hint);
  for (const one of root.querySelectorAll("[data-empty]")) {
    one.dataset.nothing = say(one.dataset.empty);
  }
}

// Makes the switch speak: `changed` is called when another language was chosen.
export function listen(buttons, changed) {
  const choose = (chosen) => {
    language = chosen;
    document.documentElement.lang = chosen;
    for (const one of buttons) {
      one.setAttribute("aria-pressed", String(one.dataset.language === chosen));
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      choose(button.dataset.language);
      try {
        localStorage.setItem(REMEMBERED, language);
      } catch {
        // It is chosen for this visit only.
      }
      changed();
    });
  }
  choose(language);
}
