// What the system did, as it happens: one line of stages for each message, the newest first.

import { clock, element, keep, setText } from "./elements.js";
import { kindOf } from "./entries.js";
import { TITLES } from "./phones.js";
import { current, say } from "./words.js";

export class Journeys {
  constructor(root) {
    this.root = root;
    this.journeys = [];
    this.isDeskDown = false;
  }

  show({ journeys, desk_down: isDeskDown }) {
    this.journeys = journeys;
    this.isDeskDown = isDeskDown;
    this.speak();
  }

  // Says everything, in the language of now.
  speak() {
    this.root.querySelector(".outage").hidden = !this.isDeskDown;
    this.root.querySelector(".nothing").hidden = this.journeys.length > 0;
    const list = this.root.querySelector("ol");
    list.hidden = !this.journeys.length;
    keep(list, this.journeys, { key: (one) => one.key, draw: drawn });
  }
}

function drawn(journey, before) {
  const state = JSON.stringify([journey, current()]);
  if (before?.drawnFrom === state) return before;
  const card = before ?? element("li", "journey");
  card.drawnFrom = state;
  card.dataset.channel = journey.channel;
  card.dataset.direction = journey.direction;
  card.replaceChildren(heading(journey), rail(journey), ...journey.troubles.map(trouble));
  return card;
}

function heading(journey) {
  const head = element("p", "about");
  const arrow = element("span", "arrow", journey.direction === "in" ? "→" : "←");
  arrow.setAttribute("aria-hidden", "true");
  const way = element("span", "hidden", say(journey.direction === "in" ? "way_in" : "way_out"));
  const who = element("strong", "customer-name", journey.name || journey.contact);
  const text = journey.text || (journey.type === "text" ? say("answer") : say("unshown", { type: kindOf(journey) }));
  const channel = element("span", "channel", TITLES[journey.channel]);
  const time = element("time", "", clock(journey.at, current()));
  head.append(arrow, way, who, channel, element("span", "snippet", text), time);
  return head;
}

function rail(journey) {
  const list = element("ol", "rail");
  for (const stage of journey.stages) list.append(stop(stage, journey));
  return list;
}

function stop(stage, { at, ticket }) {
  const isReached = stage.at !== null;
  const item = element("li", isReached ? "reached" : "ahead");
  if (stage.state) item.classList.add(stage.state);
  item.dataset.stage = stage.name;
  const time = isReached ? `${Math.max(0, stage.at - at)} ms` : "";
  const label = element("span", "label", say(`stage_${stage.name}`));
  if (stage.name === "ticket" && ticket) label.replaceChildren(ticketLink(ticket));
  const code = stage.code ? element("span", "code", String(stage.code)) : "";
  const after = element("span", "after", inSeconds(time, stage.at - at));
  if (!isReached) after.append(element("span", "hidden", say("not_yet")));
  item.append(element("span", "dot"), label, after, code);
  return item;
}

// A wait of minutes is not read in milliseconds.
function inSeconds(time, ms) {
  return ms < 10_000 || !time ? time : `${Math.round(ms / 1000)} s`;
}

function ticketLink(ticket) {
  const link = element("a", "", say("ticket", ticket));
  link.href = ticket.url;
  link.target = "_blank";
  link.rel = "noopener";
  link.setAttribute("aria-label", say("ticket_label", ticket));
  return link;
}

function trouble({ what, reason }) {
  const line = element("p", "wrong");
  setText(line, reason ? `${say(what)} (${reason})` : say(what));
  return line;
}
