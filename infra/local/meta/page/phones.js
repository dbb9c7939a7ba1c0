// A phone: its customers, the conversation that is open, and the writing.

import { element, keep, setText } from "./elements.js";
import { bare, newId } from "./ids.js";
import { ask, tell } from "./meta.js";
import { showThread } from "./thread.js";
import { say, translate } from "./words.js";
import { Writer, answerTo } from "./writer.js";

export const TITLES = { messenger: "Messenger", instagram: "Instagram", whatsapp: "WhatsApp" };
const READING_MS = 900; // how long a customer looks at a message that arrived until it is read

export class Phone {
  constructor(channel, place) {
    this.channel = channel;
    this.contact = null; // of the open conversation
    this.people = [];
    this.thread = null;
    this.looks = 0; // how many times it was asked what there is
    const copy = document.getElementById("phone").content.cloneNode(true);
    this.root = copy.querySelector(".phone");
    this.root.dataset.channel = channel;
    this.form = this.part("form");
    this.part(".new").addEventListener("click", () => this.introduce());
    this.part(".back").addEventListener("click", () => this.list());
    this.writer = new Writer(this.form, channel, (deed, done) => this.send(deed, done));
    this.part(".numberless").hidden = channel !== "whatsapp";
    this.form.elements.numberless.addEventListener("change", () => this.call());
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
    this.writer.speak();
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
    this.writer.clear();
    this.draw();
  }

  introduce({ focus = true } = {}) {
    this.contact = null;
    this.thread = null;
    this.form.elements.numberless.checked = false;
    this.call();
    this.form.elements.name.value = "";
    this.turn("new");
    if (focus) this.form.elements.name.focus();
  }

  // Gives a new customer an id.
  call() {
    const numberless = this.form.elements.numberless.checked;
    this.form.elements.contact.value = newId(this.channel, { numberless });
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
    this.drawPresence(); // before the thread, which has what it leaves
    const entries = this.thread?.entries ?? [];
    const anew = this.drawn !== this.thread?.contact;
    showThread(this.part(".thread"), entries, { anew, deeds: this.deeds });
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

  // Shows whether the shop types, and whether somebody else than the desk answers.
  drawPresence() {
    const { typing_ms: left = 0, answered_here: isHere = true, phone } = this.thread ?? {};
    this.part(".elsewhere").hidden = isHere || this.view !== "thread";
    this.part(".typing").hidden = !left || this.view !== "thread";
    this.writer.know({ hasNumber: phone !== "" });
    clearTimeout(this.typing);
    if (left) this.typing = setTimeout(() => this.refresh().catch(() => {}), left);
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
    const look = ++this.looks;
    const people = await ask("/sim/contacts", { channel: this.channel });
    if (look !== this.looks) return; // a later look sees more
    this.people = people;
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
      if (look !== this.looks || contact !== this.contact) return;
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

  // Sends what a customer does and calls `done` when it went; raises an error, in words, where it
  // cannot.
  async send(deed, done) {
    const { contact, name } = this.form.elements;
    const order = { channel: this.channel, contact: this.contact ?? bare(this.channel, contact.value) };
    if (this.contact === null && name.value.trim()) order.name = name.value.trim();
    const answer = await tell("/sim/send", { ...order, ...deed });
    if (answer.error) throw new Error(say("not_sent", { why: answer.error }));
    done();
    if (this.contact === null) await this.open(order.contact);
    else await this.refresh();
  }

  // What the customer can do with an entry.
  get deeds() {
    const { writer } = this;
    return {
      changesComments: this.channel === "messenger",
      answer: (entry) => writer.aim(answerTo(entry)),
      edit: ({ id, text }) => writer.aim({ kind: "edit", id, text }),
      react: ({ id }, emoji) => writer.attempt(() => ({ reaction: { message_id: id, emoji } })),
      takeBack: ({ id }) => writer.attempt(() => ({ unsend: { message_id: id } })),
      choose: ({ id }, { kind, title, payload, description }) => {
        const chosen = { title, payload, message_id: id };
        if (description) chosen.description = description;
        return writer.attempt(() => ({ [kind]: chosen }));
      },
    };
  }
}
