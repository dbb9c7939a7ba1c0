// A conversation as it stands on a phone: bubbles, what hangs on them, and ticks that move.

import { clock, element, keep, setText } from "./elements.js";
import { contentOf, linkTo, reactionsOf } from "./entries.js";
import { menuOf } from "./menu.js";
import { current, say } from "./words.js";

const TICKS = { received: "✓", sent: "✓", delivered: "✓✓", read: "✓✓", refused: "✗", failed: "✗" };
const BAD = new Set(["refused", "failed"]);
const NEAR = 60; // pixels from the end that still count as being there

// Shows the entries; goes to the end where the reader was there, or where they wrote something.
// `deeds` are what a customer can do with an entry.
export function showThread(list, entries, { anew, deeds }) {
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  const last = list.lastElementChild?.dataset.key;
  keep(list, entries, { key: (entry) => entry.id, draw: (entry, before) => said(entry, before, deeds) });
  const newest = entries.at(-1);
  const wrote = newest && newest.id !== last && newest.from === "customer";
  if (anew || wasAtEnd || wrote) list.scrollTop = list.scrollHeight;
}

function said(entry, before, deeds) {
  const item = before ?? frame(entry);
  drawBody(item, entry, deeds);
  const meta = item.querySelector(".meta");
  const { words, ticks, bad } = standing(entry);
  setText(meta.querySelector(".time"), clock(entry.at, current()));
  setText(meta.querySelector(".ticks"), ticks);
  setText(meta.querySelector(".words"), words);
  setText(item.querySelector(".by"), say(entry.from === "customer" ? "by_customer" : "by_business"));
  meta.dataset.status = entry.seen ? "read" : entry.status;
  meta.classList.toggle("bad", bad);
  return item;
}

// Draws what an entry says and what hangs on it, unless it has been drawn so before: what plays
// goes on playing, and what has the focus keeps it.
function drawBody(item, entry, deeds) {
  const { text, details, file, quote } = entry;
  const state = JSON.stringify([text, details, file, quote, current()]);
  if (item.drawnFrom === state) return;
  item.drawnFrom = state;
  const bubble = item.querySelector(".bubble");
  bubble.replaceChildren(element("span", "hidden by"), ...contentOf(entry));
  item.querySelector(".reactions").replaceChildren(...reactionsOf(entry).map(reaction));
  const choices = details.deleted ? [] : (details.choices ?? []);
  item.querySelector(".choices").replaceChildren(...choices.map((one) => choice(one, entry, deeds)));
  const [opener, menu] = menuOf(entry, deeds);
  item.querySelector(".deeds").replaceChildren(...[opener].filter(Boolean));
  item.querySelector(".below").replaceChildren(...[menu].filter(Boolean));
}

// Returns how far a message has come, in words and in ticks, and whether that is bad news.
function standing(entry) {
  const { status, code, seen, type, details } = entry;
  const tail = details.edits && !details.deleted ? ` · ${say("edited")}` : "";
  if (type === "comment" && entry.from === "business") return { words: "", ticks: "", bad: false };
  if (seen) return { words: say("seen") + tail, ticks: "✓✓", bad: false };
  if (status !== "waiting") {
    return { words: say(status, { code }) + tail, ticks: TICKS[status] ?? "", bad: BAD.has(status) };
  }
  if (code === null) return { words: say("sending"), ticks: "", bad: false };
  return { words: say(code ? "waiting" : "no_answer", { code }), ticks: "", bad: true };
}

function frame(entry) {
  const item = element("li", `said ${entry.from}`);
  const row = element("div", "row");
  row.append(element("div", "bubble"), element("div", "deeds"));
  const meta = element("p", "meta");
  const ticks = element("span", "ticks");
  ticks.setAttribute("aria-hidden", "true");
  meta.append(element("span", "time"), ticks, element("span", "words"));
  const hanging = ["reactions", "below", "choices"].map((name) => element("div", name));
  item.append(row, ...hanging, meta);
  return item;
}

function reaction({ by, emoji }) {
  const shown = element("span", "reaction", emoji);
  shown.setAttribute("role", "img");
  shown.setAttribute("aria-label", say(`reacted_${by}`, { emoji }));
  return shown;
}

function choice(one, entry, deeds) {
  if (one.url) return linkTo(one.url, one.title);
  const button = element("button", "choice", one.title);
  button.type = "button";
  button.addEventListener("click", () => deeds.choose(entry, one));
  return button;
}
