// What stands on the picture of a card: the ratings and labels of its asset.

import { h } from "./dom.js";

/** @typedef {import("dampipe-api").Schemas["Mark"]} Mark */

const MOST_STARS = 5;
/** Labels that are the name of a colour are shown as it. */
const COLOURS = new Set(["red", "orange", "yellow", "green", "blue", "purple", "grey", "gray"]);

/** @param {Mark} mark */
function drawn({ label, number, text }) {
  const says = `${label}: ${text ?? number}`;
  const colour = text?.toLowerCase() ?? "";
  if (COLOURS.has(colour)) {
    const dot = h("span", { class: "colour", role: "img", "aria-label": says, title: says });
    dot.style.background = colour;
    return dot;
  }
  if (text !== null && text !== undefined) return h("span", { title: says }, h("span", { class: "unseen" }, `${label}: `), text);
  const stars = number && Number.isInteger(number) && number <= MOST_STARS ? "★".repeat(number) : `${number} ★`;
  return h("span", { class: "stars", role: "img", "aria-label": says, title: says }, stars);
}

/** What is shown of the marks of an asset; a rating of 0 is none. @param {readonly Mark[]} marks */
export const cardMarks = (marks) => marks.filter(({ number, text }) => text || (number ?? 0) > 0).map(drawn);
