// The page: three phones and the journeys beside them, kept up to date by asking what has changed.

import { Journeys } from "./journeys.js";
import { ask } from "./meta.js";
import { Phone, TITLES } from "./phones.js";
import { listen, say, translate } from "./words.js";

const PAUSE_MS = 250;
const PAUSE_UNSEEN_MS = 2000;

const phones = Object.keys(TITLES).map(
  (channel) => new Phone(channel, document.getElementById("phones")),
);
const journeys = new Journeys(document.getElementById("journeys"));
const trouble = document.getElementById("trouble");
let seen = ""; // the revision that is shown

function speak() {
  translate(document);
  document.title = `${say("title")} · Scripta`;
  trouble.textContent = say("meta_lost");
  for (const phone of phones) phone.speak();
  journeys.speak();
}

async function look() {
  const now = await ask("/sim/journeys", { after: seen });
  if (now.revision === seen) return;
  await Promise.all(phones.map((phone) => phone.refresh()));
  journeys.show(now);
  seen = now.revision;
  document.querySelector("main").removeAttribute("aria-busy");
}

async function keepUp() {
  try {
    await look();
    trouble.hidden = true;
  } catch (error) {
    // Whatever it is, the next look may succeed; what is wrong with the page itself is not hidden.
    seen = "";
    trouble.hidden = false;
    console.error(error);
  }
  setTimeout(keepUp, document.visibilityState === "visible" ? PAUSE_MS : PAUSE_UNSEEN_MS);
}

listen([...document.querySelectorAll("[data-language]")], speak);
speak();
keepUp();
