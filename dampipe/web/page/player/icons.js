// The icons of the player: drawings of 24 × 24 units, stroked in the colour of the text, as those of the navigation are.

const SPACE = "http://www.w3.org/2000/svg";

export const ICONS = {
  play: "M7 4.5v15l12-7.5z",
  pause: "M8 5v14M16 5v14",
  frameBack: "M15 5 8 12l7 7M5 5v14",
  frameOn: "M9 5l7 7-7 7M19 5v14",
  start: "M18 5l-8 7 8 7zM6 5v14",
  in: "M10 5H6v14h4M10 12h9",
  out: "M14 5h4v14h-4M5 12h9",
  clear: "M6 6l12 12M18 6 6 18",
  loop: "M4 11a6 6 0 0 1 6-6h9M16 2l3 3-3 3M20 13a6 6 0 0 1-6 6H5M8 22l-3-3 3-3",
  sound: "M4 9v6h4l5 4V5L8 9zM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11",
  muted: "M4 9v6h4l5 4V5L8 9zM16.5 9.5l5 5M21.5 9.5l-5 5",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  window: "M3 5h18v14H3zM12 12h6v4h-6z",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  enlarge: "M12 5v14M5 12h14",
  reduce: "M5 12h14",
  previous: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  marker: "M6 3v18M6 4h12l-3 4 3 4H6",
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const drawing = document.createElementNS(SPACE, "svg");
  for (const [key, value] of [["class", "icon"], ["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["focusable", "false"]]) drawing.setAttribute(key, value);
  const path = document.createElementNS(SPACE, "path");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  return drawing;
}

/** Put another icon in the place of one. @param {Element} button @param {keyof typeof ICONS} name */
export function setIcon(button, name) {
  const shown = button.querySelector("path");
  if (shown && shown.getAttribute("d") !== ICONS[name]) shown.setAttribute("d", ICONS[name]);
}
