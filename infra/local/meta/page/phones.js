// A phone: its customers, the conversation that is open, and the writing.

import { element, keep, setText } from "./elements.js";
import { Lost, ask, tell } from "./meta.js";
import { showThread } from "./thread.js";
import { say, translate } from "./words.js";

export const TITLES = { messenger: "Messenger", instagram: "Instagram", whatsapp: "WhatsApp" };
const MOST_MB = 25;
const MB = 1024 * 1024;
const KINDS = new Set(["image", "video", "audio"]);
const READING_MS = 900; // how long a customer looks at a message that arrived until it is read

export class Phone {
  constructor(channel, place) {
    this.channel = channel;
    this.contact = null; // of the open conversation
    this.people = [];
    this.thread = null;
    const copy = document.getElementById("phone").content.cloneNode(true);
    this.root = copy.querySelector(".phone");
    this.root.dataset.channel = channel;
    this.form = this.part("form");
    this.part(".new").addEventListener("click", () => this.introduce());
    this.part(".back").addEventListener("click", () => this.list());
    this.part(".drop").addEventListener("click", () => this.drop());
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.elements.text.addEventListener("keydown", (event) => this.key(event));
    this.form.elements.file.addEventListener("change", () => this.choose());
    place.append(copy);
    this.introduce({ focus: false });
  }

  part(selector) {
    return this.root.querySelector(selector);
  }

  // Says everything again, in the language of now.
  speak() {
    translate(this.root);
    this.root.setAttribute("aria-label", say("phone", { channel: TITLES[this.channel] }));
    this.part(".id-label").textContent = say(`id_${this.channel}`);
    this.choose();
    this.draw();
  }

  // Shows one of three: the customers' list, a conversation, or the form of a new customer.
  turn(view) {
    this.view = view;
    this.part(".people").hidden = view !== "people";
    this.part(".thread").hidden = view === "people";
    this.form.hidden = view === "people";
    this.part(".new").hidden = view === "new";
    // A disabled field is not required.
    this.part(".identity").hidden = view !== "new";
    this.part(".identity").disabled = view !== "new";
    this.part(".note").textContent = "";
    this.draw();
  }

  introduce({ focus = true } = {}) {
    this.contact = null;
    this.thread = null;
    this.form.elements.contact.value = newId(this.channel);
    this.form.elements.name.value = "";
    this.turn("new");
    if (focus) this.form.elements.name.focus();
  }

  list() {
    const last = this.contact;
    this.contact = null;
    this.thread = null;
    this.turn("people");
    const buttons = [...this.root.querySelectorAll(".people button")];
    (buttons.find((one) => one.dataset.contact === last) ?? buttons[0])?.focus();
  }

  async open(contact, { focus = true } = {}) {
    this.contact = contact;
    this.thread = null;
    this.turn("thread");
    if (focus) this.form.elements.text.focus();
    await this.refresh();
  }

  draw() {
    const person = this.people.find((one) => one.contact === this.contact);
    const name = this.view === "thread" ? person?.name || this.contact : TITLES[this.channel];
    setText(this.part(".bar h2"), name);
    const below = { thread: TITLES[this.channel], people: say("all_customers") };
    setText(this.part(".bar p"), below[this.view] ?? say("new_customer"));
    this.part(".back").hidden = this.view === "people" || !this.people.length;
    this.drawTicket();
    keep(this.part(".people ul"), this.people, {
      key: (one) => one.contact,
      draw: (one, before) => this.person(one, before),
    });
    const entries = this.thread?.entries ?? [];
    showThread(this.part(".thread"), entries, { anew: this.drawn !== this.thread?.contact });
    this.drawn = this.thread?.contact;
  }

  drawTicket() {
    const link = this.part(".ticket");
    const ticket = this.thread?.ticket;
    link.hidden = !ticket;
    link.removeAttribute("href"); // nobody follows the link of another conversation
    if (!ticket) return;
    link.href = ticket.url;
    setText(link, say("ticket", ticket));
    link.setAttribute("aria-label", say("ticket_label", ticket));
  }

  person({ contact, name, unread }, before) {
    const item = before ?? element("li");
    if (!before) {
      const button = element("button");
      button.type = "button";
      button.dataset.contact = contact;
      button.append(element("span", "face"), element("span", "name"), element("span", "unread"));
      button.firstChild.setAttribute("aria-hidden", "true");
      button.addEventListener("click", () => this.open(contact));
      item.append(button);
    }
    setText(item.querySelector(".face"), [...(name || contact)][0].toUpperCase());
    setText(item.querySelector(".name"), name || contact);
    setText(item.querySelector(".unread"), unread ? say("unread", { count: unread }) : "");
    return item;
  }

  // Fetches what there is now; raises Lost where nobody answers.
  async refresh() {
    this.people = await ask("/sim/contacts", { channel: this.channel });
    if (!this.greeted) {
      this.greeted = true;
      const untouched = this.view === "new" && !this.form.contains(document.activeElement);
      if (untouched && this.people.length) {
        await this.open(this.people[0].contact, { focus: false });
        return;
      }
    }
    const { contact } = this;
    if (contact !== null) {
      const thread = await ask("/sim/thread", { channel: this.channel, contact });
      if (contact !== this.contact) return;
      if (thread.entries) this.thread = thread;
    }
    this.draw();
    this.readLater();
  }

  // A customer who has the conversation before their eyes reads what arrives.
  readLater() {
    const unread = this.thread?.entries.some((entry) => entry.status === "delivered");
    if (!unread || this.reading || document.visibilityState !== "visible") return;
    const { channel, contact } = this;
    this.reading = setTimeout(async () => {
      this.reading = undefined;
      if (contact !== this.contact) return;
      // Where it is lost, the next look at what has changed says so.
      await tell("/sim/read", { channel, contact }).catch(() => {});
    }, READING_MS);
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.form.requestSubmit();
    }
  }

  choose() {
    const [file] = this.form.elements.file.files;
    this.part(".chosen").hidden = !file;
    this.part(".chosen span").textContent = file ? say("attached", file) : "";
  }

  drop() {
    this.form.elements.file.value = "";
    this.choose();
    this.form.elements.file.focus();
  }

  async submit(event) {
    event.preventDefault();
    const { text, file } = this.form.elements;
    if (this.isSending || !(text.value.trim() || file.files.length)) return;
    this.isSending = true;
    this.part("[type=submit]").disabled = true;
    try {
      await this.send();
      this.part(".note").textContent = "";
    } catch (problem) {
      this.part(".note").textContent = problem instanceof Lost ? say("not_sent_lost") : problem.message;
    } finally {
      this.isSending = false;
      this.part("[type=submit]").disabled = false;
      text.focus();
    }
  }

  // Sends what is written; raises an error, in words, and leaves everything in place where it can't.
  async send() {
    const { contact, name, text, file } = this.form.elements;
    const order = { channel: this.channel, contact: this.contact ?? bare(this.channel, contact.value) };
    if (this.contact === null && name.value.trim()) order.name = name.value.trim();
    if (text.value.trim()) order.text = text.value;
    if (file.files.length) order.attachment = await packed(file.files[0], order);
    const answer = await tell("/sim/send", order);
    if (answer.error) throw new Error(say("not_sent", { why: answer.error }));
    text.value = "";
    file.value = "";
    this.choose();
    if (this.contact === null) await this.open(order.contact);
    else await this.refresh();
  }
}

function newId(channel) {
  return channel === "whatsapp" ? `39333${digits(7)}` : digits(16);
}

function digits(count) {
  const random = crypto.getRandomValues(new Uint8Array(count));
  return Array.from(random, (byte, place) => (place ? byte % 10 : (byte % 9) + 1)).join("");
}

// WhatsApp's numbers are known without the plus.
function bare(channel, contact) {
  return channel === "whatsapp" ? contact.trim().replace(/^\+/, "") : contact.trim();
}

async function packed(file, { channel, text }) {
  const [kind] = file.type.split("/");
  if (file.size > MOST_MB * MB) throw new Error(say("too_large", { most: MOST_MB }));
  if (channel === "whatsapp" && kind === "audio" && text) throw new Error(say("voice_alone"));
  const content = await asBase64(file);
  return { kind: KINDS.has(kind) ? kind : "file", filename: file.name, content };
}

function asBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error(say("unreadable")));
    reader.readAsDataURL(file);
  });
}
