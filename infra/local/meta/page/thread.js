// A conversation as it stands on a phone: bubbles, pictures, files, and ticks that move.

import { clock, element, keep, setText } from "./elements.js";
import { current, say } from "./words.js";

const TICKS = { received: "✓", sent: "✓", delivered: "✓✓", read: "✓✓", refused: "✗", failed: "✗" };
const BAD = new Set(["refused", "failed"]);
const PLAYERS = { audio: "audio", video: "video" };
const NEAR = 60; // pixels from the end that still count as being there

// Shows the entries; goes to the end where the reader was there, or where they wrote something.
export function showThread(list, entries, { anew }) {
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  const last = list.lastElementChild?.dataset.key;
  keep(list, entries, { key: (entry) => entry.id, draw: said });
  const newest = entries.at(-1);
  const wrote = newest && newest.id !== last && newest.from === "customer";
  if (anew || wasAtEnd || wrote) list.scrollTop = list.scrollHeight;
}

function said(entry, before) {
  const item = before ?? bubble(entry);
  const meta = item.querySelector(".meta");
  const { words, bad } = standing(entry);
  setText(meta.querySelector(".time"), clock(entry.at, current()));
  setText(meta.querySelector(".ticks"), TICKS[entry.status] ?? "");
  setText(meta.querySelector(".words"), words);
  setText(item.querySelector(".by"), say(entry.from === "customer" ? "by_customer" : "by_business"));
  meta.dataset.status = entry.status;
  meta.classList.toggle("bad", bad);
  return item;
}

// Returns how far a message has come, in words, and whether that is bad news.
function standing({ status, code }) {
  if (status !== "waiting") return { words: say(status, { code }), bad: BAD.has(status) };
  if (code === null) return { words: say("sending"), bad: false };
  return { words: say(code ? "waiting" : "no_answer", { code }), bad: true };
}

function bubble(entry) {
  const item = element("li", `said ${entry.from}`);
  const body = element("div", "bubble");
  body.append(element("span", "hidden by"));
  if (entry.file) body.append(fileOf(entry));
  if (entry.text) body.append(element("div", "text", entry.text));
  if (!entry.file && !entry.text) body.append(element("div", "text", say("unshown", entry)));
  const meta = element("p", "meta");
  const ticks = element("span", "ticks");
  ticks.setAttribute("aria-hidden", "true");
  meta.append(element("span", "time"), ticks, element("span", "words"));
  item.append(body, meta);
  return item;
}

function fileOf({ type, file }) {
  const link = element("a", "file", file.name);
  link.href = file.url;
  link.rel = "noopener";
  link.target = "_blank";
  if (type in PLAYERS) {
    const player = element(PLAYERS[type]);
    player.src = file.url;
    player.controls = true;
    player.preload = "metadata";
    player.setAttribute("aria-label", file.name);
    return player;
  }
  if (type === "image" || type === "sticker") {
    const picture = element("img");
    // What a browser cannot show stays a link with its name.
    picture.addEventListener("error", () => link.replaceChildren(file.name));
    picture.src = file.url;
    picture.alt = file.name;
    link.replaceChildren(picture);
  }
  return link;
}
