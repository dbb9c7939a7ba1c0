// The customers' phones: one per channel, kept up to date by asking once a second.

const CHANNELS = {
  messenger: { title: "Messenger", idLabel: "Customer's id", newId: () => digits(16) },
  instagram: { title: "Instagram", idLabel: "Customer's id", newId: () => digits(16) },
  whatsapp: {
    title: "WhatsApp",
    idLabel: "Number, or a name without one",
    newId: () => `39333${digits(7)}`,
  },
};
const WORDS = {
  waiting: "not taken yet, sent again",
  received: "✓ received",
  refused: "✗ refused by the application",
  accepted: "accepted",
  sent: "✓ sent",
  delivered: "✓✓ delivered",
  read: "✓✓ read",
  failed: "✗ did not arrive",
};
const BAD = new Set(["waiting", "refused", "failed"]);
const PAUSE_MS = 1000;

function digits(count) {
  const random = crypto.getRandomValues(new Uint8Array(count));
  return Array.from(random, (byte, place) => (place ? byte % 10 : (byte % 9) + 1)).join("");
}

// WhatsApp's numbers are known without the plus.
function bare(channel, contact) {
  return channel === "whatsapp" ? contact.replace(/^\+/, "") : contact;
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

async function ask(path, fields) {
  const answer = await fetch(`${path}?${new URLSearchParams(fields)}`);
  return answer.json();
}

async function tell(path, body) {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  return answer.json();
}

function asBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function kindOf(file) {
  const [kind] = file.type.split("/");
  return ["image", "video", "audio"].includes(kind) ? kind : "file";
}

function fileOf(entry) {
  const link = element("a", "", entry.file.name);
  link.href = entry.file.url;
  link.rel = "noopener";
  link.target = "_blank";
  if (entry.type === "image" && entry.file.url.startsWith("/")) {
    const image = element("img", "");
    image.src = entry.file.url;
    image.alt = entry.file.name;
    link.replaceChildren(image);
  }
  return link;
}

function said(entry) {
  const item = element("li", `said ${entry.from}`);
  const bubble = element("div", "bubble");
  if (entry.file) bubble.append(fileOf(entry));
  if (entry.text) bubble.append(element("div", "", entry.text));
  if (!bubble.childNodes.length) bubble.append(element("div", "", `[${entry.type}]`));
  const time = new Date(entry.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const meta = element("div", "meta", `${time} · ${WORDS[entry.status]}`);
  meta.classList.toggle("bad", BAD.has(entry.status));
  item.append(bubble, meta);
  return item;
}

class Phone {
  constructor(channel) {
    this.channel = channel;
    this.contact = null;
    this.shown = new Map();
    const copy = document.getElementById("phone").content.cloneNode(true);
    this.root = copy.querySelector(".phone");
    this.root.dataset.channel = channel;
    this.part(".bar h2").textContent = CHANNELS[channel].title;
    this.part(".id-label").textContent = CHANNELS[channel].idLabel;
    this.root.setAttribute("aria-label", `${CHANNELS[channel].title} phone`);
    this.form = this.part("form");
    this.part(".new").addEventListener("click", () => this.introduce());
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.elements.text.addEventListener("keydown", (event) => this.key(event));
    this.form.elements.file.addEventListener("change", () => this.choose());
    document.getElementById("phones").append(copy);
    this.introduce();
  }

  part(selector) {
    return this.root.querySelector(selector);
  }

  // Shows something only when it has changed, so that scrolling and selections survive.
  show(name, value, draw) {
    const text = JSON.stringify(value);
    if (this.shown.get(name) === text) return;
    this.shown.set(name, text);
    draw(value);
  }

  introduce() {
    this.contact = null;
    this.form.elements.contact.value = CHANNELS[this.channel].newId();
    this.form.elements.name.value = "";
    this.ask(true);
    this.show("thread", [], () => this.part(".thread").replaceChildren());
    this.mark();
  }

  open(contact) {
    this.contact = contact;
    this.ask(false);
    this.mark();
    this.refresh();
  }

  // Asks who writes, or does not: a disabled field is not required.
  ask(wanted) {
    const identity = this.part(".identity");
    identity.hidden = !wanted;
    identity.disabled = !wanted;
  }

  mark() {
    for (const button of this.root.querySelectorAll(".people button")) {
      button.setAttribute("aria-current", String(button.dataset.contact === this.contact));
    }
  }

  async refresh() {
    const people = await ask("/sim/contacts", { channel: this.channel });
    this.show("people", people.map(({ contact, name }) => ({ contact, name })), (list) => {
      this.part(".people ul").replaceChildren(...list.map((one) => this.person(one)));
      this.mark();
    });
    const contact = this.contact;
    if (contact === null) {
      if (people.length && !this.greeted) this.open(people[0].contact);
      this.greeted = true;
      return;
    }
    const thread = await ask("/sim/thread", { channel: this.channel, contact });
    if (contact !== this.contact || !thread.entries) return;
    this.show("thread", thread.entries, (entries) => {
      const list = this.part(".thread");
      list.replaceChildren(...entries.map(said));
      list.scrollTop = list.scrollHeight;
    });
    const unread = thread.entries.some((entry) => entry.status === "delivered");
    if (unread && document.visibilityState === "visible") {
      await tell("/sim/read", { channel: this.channel, contact });
    }
  }

  person({ contact, name }) {
    const item = element("li", "");
    const button = element("button", "", name || contact);
    button.type = "button";
    button.title = contact;
    button.dataset.contact = contact;
    button.addEventListener("click", () => this.open(contact));
    item.append(button);
    return item;
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.form.requestSubmit();
    }
  }

  choose() {
    const [file] = this.form.elements.file.files;
    const chosen = this.part(".chosen");
    chosen.hidden = !file;
    chosen.textContent = file ? `Attached: ${file.name}` : "";
  }

  async submit(event) {
    event.preventDefault();
    const { contact, name, text, file } = this.form.elements;
    const button = this.form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      const who = this.contact ?? contact.value.trim();
      const order = { channel: this.channel, contact: bare(this.channel, who) };
      if (this.contact === null && name.value) order.name = name.value;
      if (text.value) order.text = text.value;
      if (file.files.length) {
        const [one] = file.files;
        const content = await asBase64(one);
        order.attachment = { kind: kindOf(one), filename: one.name, content };
      }
      const answer = await tell("/sim/send", order);
      this.part(".note").textContent = answer.error ?? "";
      if (answer.error) return;
      text.value = "";
      file.value = "";
      this.choose();
      this.open(order.contact);
    } catch {
      this.part(".note").textContent = "The phones have lost the simulated Meta.";
    } finally {
      button.disabled = false;
      text.focus();
    }
  }
}

const phones = Object.keys(CHANNELS).map((channel) => new Phone(channel));
const trouble = document.getElementById("trouble");

async function keepUp() {
  try {
    await Promise.all(phones.map((phone) => phone.refresh()));
    trouble.hidden = true;
  } catch {
    trouble.textContent = "The simulated Meta does not answer. Is it still running?";
    trouble.hidden = false;
  }
  setTimeout(keepUp, PAUSE_MS);
}

keepUp();
