// How elements are made and kept: text is always text, and what has not changed stays in place.

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

// Makes the children of `parent` those of `values`, in their order: `draw(value, old)` returns an
// element, the old one of the same key where nothing else is called for. Focus, selection, scroll
// position and what a screen reader has already read survive.
export function keep(parent, values, { key, draw }) {
  const old = new Map(Array.from(parent.children, (child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const value of values) {
    const name = key(value);
    const before = old.get(name);
    old.delete(name);
    const drawn = draw(value, before);
    drawn.dataset.key = name;
    if (before && before !== drawn) {
      if (place === before) place = drawn;
      before.replaceWith(drawn);
    }
    if (drawn === place) place = place.nextElementSibling;
    else parent.insertBefore(drawn, place);
  }
  for (const gone of old.values()) gone.remove();
}

// Sets a text only where it differs, so that nothing is announced twice.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function clock(at, language) {
  const shape = { hour: "2-digit", minute: "2-digit" };
  return new Date(at).toLocaleTimeString(language === "en" ? [] : language, shape);
}
