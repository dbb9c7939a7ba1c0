// What an entry of a conversation says, whatever it is: words, a picture, a place, an order, a call.

import { element } from "./elements.js";
import { icon } from "./icons.js";
import { say } from "./words.js";

const PLAYERS = { audio: "audio", video: "video" };
const REACTIONS = { love: "❤️", smile: "😆", angry: "😠", sad: "😢", wow: "😮", like: "👍", dislike: "👎" };

// Returns the elements that an entry is made of, without what stands below it.
export function contentOf(entry) {
  if (entry.details.deleted) return [element("div", "text gone", say("taken_back"))];
  const parts = [...labelsOf(entry)];
  if (entry.quote) parts.push(quoteOf(entry.quote));
  if (entry.file && entry.type !== "like") parts.push(fileOf(entry));
  const draw = DRAWN[entry.type];
  if (draw) parts.push(draw(entry.details[entry.type], entry));
  else if (entry.text) parts.push(element("div", "text", entry.text));
  else if (!entry.file) parts.push(element("div", "text", say("unshown", { type: kindOf(entry) })));
  return parts;
}

// Returns what kind of thing an entry is, in words.
export function kindOf({ type }) {
  const words = say(`kind_${type}`);
  return words === `kind_${type}` ? type : words;
}

// Returns an entry in one line.
export function inShort(entry) {
  if (entry.deleted || entry.details?.deleted) return say("taken_back");
  return entry.text || kindOf(entry);
}

// Returns who reacted how: `by` is customer or business.
export function reactionsOf({ details }) {
  return Object.entries(details.reactions ?? {}).map(([by, emoji]) => ({
    by,
    emoji: REACTIONS[emoji] ?? emoji,
  }));
}

// Returns a link to an address of the web, and only its words where it is anything else.
export function linkTo(url, words) {
  if (!/^https?:\/\//i.test(url)) return element("span", "link", words);
  const link = element("a", "link", words);
  link.href = url;
  link.rel = "noopener noreferrer";
  link.target = "_blank";
  return link;
}

const DRAWN = {
  location: ({ name, latitude, longitude }) =>
    card("place", name ?? kindOf({ type: "location" }), `${latitude}, ${longitude}`),
  contacts: (people) => {
    const list = element("div");
    for (const { name, phone } of people) list.append(card("person", name, phone ?? ""));
    return list;
  },
  share_number: (number) => element("div", "text", say("own_number", { number: `+${number}` })),
  order: ({ products, note }) => {
    const lines = products.map((one) => say("ordered", { ...one, name: one.name ?? one.id }));
    return card("cart", lines.join("\n"), note ?? "");
  },
  share: ({ url, title }) => {
    const shown = card("link", "", "");
    shown.querySelector("strong").append(linkTo(url, title ?? url));
    return shown;
  },
  flow: (_, entry) => card("form", kindOf(entry), ""),
  like: (_, entry) => big("thumb", kindOf(entry)),
  like_heart: (_, entry) => big("heart", kindOf(entry)),
  call: ({ seconds }) => card("call", seconds ? say("spoke", { seconds }) : say("called"), ""),
};

function big(name, words) {
  const shown = element("div", "big");
  shown.append(icon(name), element("span", "hidden", words));
  return shown;
}

function card(name, title, below) {
  const shown = element("div", "card");
  const words = element("div");
  words.append(element("strong", "", title), element("small", "", below));
  shown.append(icon(name), words);
  return shown;
}

function labelsOf({ details }) {
  const { comment, template, referral, outside } = details;
  const said = [];
  if (comment) said.push(say("in_public", { post: comment.post.split("_").at(-1) }));
  if (template) said.push(say("template", { template }));
  if (referral) said.push(say("came_from", { ref: referral.ref ?? referral.ad_title ?? "" }));
  if (details.story_reply) said.push(say("story_reply"));
  if (details.forwarded) said.push(say("forwarded"));
  if (outside) said.push(say("outside"));
  return said.map((words) => element("div", "label", words));
}

function quoteOf(quote) {
  const shown = element("blockquote", "quote");
  shown.append(element("span", "hidden", say(quote.from === "customer" ? "by_customer" : "by_business")));
  shown.append(inShort(quote));
  return shown;
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
