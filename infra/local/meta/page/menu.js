// What a customer can do with a message: answer it, react to it, and change or take back their own.

import { element } from "./elements.js";
import { reactionsOf } from "./entries.js";
import { say } from "./words.js";

const EMOJI = ["❤️", "👍", "😆", "😮", "😢", "👎"];
const WRITTEN = new Set(["text", "image", "video", "document"]);

// Returns a button and the menu that it opens; nothing where nothing can be done.
export function menuOf(entry, deeds) {
  if (entry.details.deleted) return [];
  const menu = element("div", "menu");
  menu.hidden = true;
  menu.setAttribute("role", "group");
  menu.setAttribute("aria-label", say("do_more"));
  const button = element("button", "open", "⋯");
  button.type = "button";
  button.title = say("do_more");
  button.setAttribute("aria-label", say("do_more"));
  button.setAttribute("aria-expanded", "false");
  // What is never opened is never made.
  const show = (isOpen) => {
    if (isOpen && !menu.children.length) offerAll(entry, deeds, offer);
    menu.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
  };
  const offer = (words, label, deed) => {
    const one = element("button", "", words);
    one.type = "button";
    if (label) one.setAttribute("aria-label", label);
    one.addEventListener("click", () => {
      show(false);
      button.focus();
      deed();
    });
    menu.append(one);
  };
  button.addEventListener("click", () => show(menu.hidden));
  const leave = (event) => {
    if (event.key !== "Escape" || menu.hidden) return;
    show(false);
    button.focus();
  };
  menu.addEventListener("keydown", leave);
  button.addEventListener("keydown", leave);
  return [button, menu];
}

function offerAll(entry, deeds, offer) {
  const isComment = entry.type === "comment";
  const isOwn = entry.from === "customer";
  if (!isComment) {
    const mine = reactionsOf(entry).find((one) => one.by === "customer")?.emoji;
    for (const emoji of EMOJI) {
      const isTaken = emoji === mine;
      offer(emoji, say(isTaken ? "react_not" : "react", { emoji }), () =>
        deeds.react(entry, isTaken ? "" : emoji),
      );
    }
  }
  offer(say("answer_this"), "", () => deeds.answer(entry));
  if (!isOwn || (isComment && !deeds.changesComments)) return;
  if (isComment || WRITTEN.has(entry.type)) offer(say("edit_this"), "", () => deeds.edit(entry));
  offer(say("take_back"), "", () => deeds.takeBack(entry));
}
