// What the page says, in English and Italian, and which of the two it speaks.

import english from "./words_en.js";
import italian from "./words_it.js";

const WORDS = { en: english, it: italian };
const REMEMBERED = "scripta-language";

let language = first();

// What was chosen before, else the first of the browser's languages that is spoken here.
function first() {
  const chosen = remembered();
  if (chosen in WORDS) return chosen;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag) => tag in WORDS) ?? "en";
}

// A browser that keeps nothing still speaks.
function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) ?? "";
  } catch {
    return "";
  }
}

export function current() {
  return language;
}

// Returns the words for a key with the values filled in; a key without words is its own.
export function say(key, values = {}) {
  const words = WORDS[language][key] ?? key;
  return words.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

// Writes the words of everything under `root` that names some.
export function translate(root) {
  for (const one of root.querySelectorAll("[data-word]")) one.textContent = say(one.dataset.word);
  for (const one of root.querySelectorAll("[data-label]")) {
    one.setAttribute("aria-label", say(one.dataset.label));
    if (one.matches("button, input")) one.title = say(one.dataset.label);
  }
  for (const one of root.querySelectorAll("[data-hint]")) one.placeholder = say(one.dataset.hint);
  for (const one of root.querySelectorAll("[data-empty]")) {
    one.dataset.nothing = say(one.dataset.empty);
  }
}

// Makes the switch speak: `changed` is called when another language was chosen.
export function listen(buttons, changed) {
  const choose = (chosen) => {
    language = chosen;
    document.documentElement.lang = chosen;
    for (const one of buttons) {
      one.setAttribute("aria-pressed", String(one.dataset.language === chosen));
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      choose(button.dataset.language);
      try {
        localStorage.setItem(REMEMBERED, language);
      } catch {
        // It is chosen for this visit only.
      }
      changed();
    });
  }
  choose(language);
}
