// Small drawings: not every machine has a type face with pictures.

const SPACE = "http://www.w3.org/2000/svg";
const LINES = {
  place: "M12 21c4.5-5.2 6.5-8.6 6.5-11.5a6.5 6.5 0 0 0-13 0C5.5 12.4 7.5 15.8 12 21zM12 7.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20c1-4 3.5-5.5 7.5-5.5s6.5 1.5 7.5 5.5",
  cart: "M3 5h3l2.5 10h9L20 8H7M10 19.5h.01M16 19.5h.01",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
  form: "M6 4h12v16H6zM9 9h6M9 13h6M9 17h3",
  call: "M6 4h3.5l1.5 4.5-2 1.5a10 10 0 0 0 5 5l1.5-2 4.5 1.5V18a2 2 0 0 1-2 2A14 14 0 0 1 4 6a2 2 0 0 1 2-2z",
  thumb: "M4 11h3v9H4zM7 11l4-7c2 0 2.5 1.5 2 3.5L12.5 10H18a2 2 0 0 1 2 2.3l-1 6a2 2 0 0 1-2 1.7H7",
  heart: "M12 20C6 15.5 3.5 12.5 3.5 9a4.3 4.3 0 0 1 8.5-1.5A4.3 4.3 0 0 1 20.5 9c0 3.5-2.5 6.5-8.5 11z",
};

// Returns a drawing by its name; it says nothing to whoever listens.
export function icon(name) {
  const drawing = document.createElementNS(SPACE, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.classList.add("icon");
  const path = document.createElementNS(SPACE, "path");
  path.setAttribute("d", LINES[name]);
  drawing.append(path);
  return drawing;
}
