// The line to write in: words, a file, what they are for, and whatever else can be sent.

import { element } from "./elements.js";
import { inShort } from "./entries.js";
import { Lost } from "./meta.js";
import { digits } from "./ids.js";
import { say } from "./words.js";

const MOST_MB = 25;
const MB = 1024 * 1024;
const KINDS = new Set(["image", "video", "audio"]);
const POST = "1"; // the one that is commented on

// What else can be sent, by channel: its name, and the order that sends it.
const EXTRAS = {
  messenger: ["location", "like", "comment"],
  instagram: ["like", "mention", "comment"],
  whatsapp: ["location", "contact", "call", "number"],
};
const ORDERS = {
  location: () => ({ location: { latitude: 45.4386, longitude: 10.9928, name: say("place") } }),
  like: () => ({ like: true }),
  mention: () => ({ story_mention: { url: "https://www.instagram.com/stories/highlights/1/" } }),
  contact: () => ({ contacts: [{ name: say("acquaintance"), phone: `39333${digits(7)}` }] }),
  call: () => ({ call: { seconds: 0 } }),
  number: () => {
    const number = `39333${digits(7)}`;
    return { share_number: number, phone: number };
  },
};

export class Writer {
  // `send(order)` sends what a customer does, and raises an error, in words, where it cannot.
  constructor(form, channel, send) {
    this.form = form;
    this.channel = channel;
    this.send = send;
    this.purpose = null; // of what is written: { kind, id, text }
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.file.addEventListener("change", () => this.choose());
    this.part(".chosen .drop").addEventListener("click", () => this.drop());
    this.part(".purpose .drop").addEventListener("click", () => this.aim(null));
    this.part(".more").addEventListener("click", () => this.offer(this.part(".extras").hidden));
    this.form.addEventListener("keydown", (event) => this.leave(event));
    this.part(".extras").append(...EXTRAS[channel].map((name) => this.extra(name)));
  }

  get text() {
    return this.form.elements.text;
  }

  get file() {
    return this.form.elements.file;
  }

  part(selector) {
    return this.form.querySelector(selector);
  }

  // Says everything again, in the language of now.
  speak() {
    this.choose();
    this.showPurpose();
  }

  // Says what cannot be sent to this customer: a number is shown once.
  know({ hasNumber }) {
    const number = this.part("[data-extra=number]");
    if (number) number.hidden = hasNumber;
  }

  // What is written next answers, edits or comments on something; null is an ordinary message.
  aim(purpose) {
    if (this.purpose?.kind === "edit" && purpose?.kind !== "edit") this.text.value = "";
    this.purpose = purpose;
    if (purpose?.kind === "edit") this.text.value = purpose.text;
    this.showPurpose();
    this.text.focus();
  }

  // Forgets whatever was begun.
  clear() {
    this.purpose = null;
    this.showPurpose();
    this.offer(false);
    this.say("");
  }

  say(words) {
    this.part(".note").textContent = words;
  }

  showPurpose() {
    const { kind, text, post = POST } = this.purpose ?? {};
    const words = { answer: "answering", edit: "editing", comment: "commenting" }[kind];
    this.part(".purpose").hidden = !kind;
    this.part(".purpose span").textContent = kind ? say(words, { text, post }) : "";
  }

  offer(isOpen) {
    this.part(".extras").hidden = !isOpen;
    this.part(".more").setAttribute("aria-expanded", String(isOpen));
  }

  extra(name) {
    const button = element("button");
    button.type = "button";
    button.dataset.word = `do_${name}`;
    button.dataset.extra = name;
    button.addEventListener("click", () => {
      this.offer(false);
      if (name === "comment") this.aim({ kind: "comment" });
      else this.attempt(ORDERS[name]);
    });
    return button;
  }

  leave(event) {
    if (event.key !== "Escape") return;
    if (!this.part(".extras").hidden) {
      this.offer(false);
      this.part(".more").focus();
    } else if (this.purpose) this.aim(null);
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.form.requestSubmit();
    }
  }

  choose() {
    const [file] = this.file.files;
    this.part(".chosen").hidden = !file;
    this.part(".chosen span").textContent = file ? say("attached", file) : "";
  }

  drop() {
    this.file.value = "";
    this.choose();
    this.file.focus();
  }

  async submit(event) {
    event.preventDefault();
    if (!(this.text.value.trim() || this.file.files.length)) return;
    await this.attempt(() => this.written(), () => {
      this.text.value = "";
      this.file.value = "";
      this.purpose = null;
      this.speak();
    });
  }

  // Sends the order that `made` returns, and calls `done` then; where it cannot be sent, in words,
  // everything stays in place.
  async attempt(made, done = () => {}) {
    if (this.isSending) return;
    this.isSending = true;
    this.part("[type=submit]").disabled = true;
    try {
      await this.send(await made(), done);
      this.say("");
    } catch (problem) {
      this.say(problem instanceof Lost ? say("not_sent_lost") : problem.message);
    } finally {
      this.isSending = false;
      this.part("[type=submit]").disabled = false;
      this.text.focus();
    }
  }

  // Returns the order that what is written makes.
  async written() {
    const text = this.text.value;
    const { kind, id, post = POST } = this.purpose ?? {};
    if (kind === "edit") return { edit: { message_id: id, text } };
    if (kind === "comment") return { comment: { post, text, ...(id ? { parent: id } : {}) } };
    const order = kind === "answer" ? { reply_to: id } : {};
    if (text.trim()) order.text = text;
    if (this.file.files.length) order.attachment = await packed(this.file.files[0], this.channel, order.text);
    return order;
  }
}

// Returns what a customer writes next where they answer an entry.
export function answerTo(entry) {
  const { comment } = entry.details;
  if (comment) return { kind: "comment", id: entry.id, post: comment.post, text: inShort(entry) };
  return { kind: "answer", id: entry.id, text: inShort(entry) };
}

async function packed(file, channel, text) {
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
