// Charts: bars over time, drawn as SVG. Each has a table with the same numbers for who cannot see it, and its total in words.

import { h } from "./dom.js";
import { plural } from "./format.js";

/** One thing that is drawn over time. @typedef {{ name: string, values: readonly number[] }} Series */

const SVG = "http://www.w3.org/2000/svg";
const COLOURS = 8;

/** @param {string} tag @param {Record<string, string | number>} attributes @param {...(Node | string)} children */
function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** The least "round" number that is at least as great: 1, 2, 5, 10, 20 … @param {number} number */
export function roundUp(number) {
  if (number <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(number));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= number) ?? number;
}

/** The sum at each point. @param {readonly Series[]} series @param {number} points */
export const sums = (series, points) => Array.from({ length: points }, (_, at) => series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));

/**
 * Bars over time, those of several series one above the other. title: of the chart; labels: what each point is called, in
 * the table and under the pointer; noun: what is counted, one of it. At most eight series have a colour of their own.
 * @param {string} title
 * @param {readonly string[]} labels
 * @param {readonly Series[]} given
 * @param {string} noun
 */
export function bars(title, labels, given, noun) {
  const series = given.filter(({ values }) => values.some(Boolean));
  const points = labels.length;
  const totals = sums(series, points);
  const most = roundUp(Math.max(1, ...totals));
  const all = totals.reduce((sum, one) => sum + one, 0);
  const groups = Array.from({ length: points }, (_, at) => {
    let top = 100;
    const parts = series.map(({ values }, index) => {
      const height = (100 * (values[at] ?? 0)) / most;
      top -= height;
      return height ? s("rect", { x: at + 0.1, y: top, width: 0.8, height, class: `series-${index % COLOURS}` }) : null;
    });
    const counted = series.filter(({ values }) => values[at]).map(({ name, values }) => `${name} ${values[at].toLocaleString()}`);
    const hint = s("title", {}, `${labels[at]}: ${counted.join(", ") || `no ${noun}`}`);
    return s("g", {}, hint, s("rect", { x: at, y: 0, width: 1, height: 100, class: "under" }), .../** @type {Node[]} */ (parts.filter(Boolean)));
  });
  const lines = [0, 50].map((y) => s("line", { x1: 0, x2: points, y1: y, y2: y, class: "level", "vector-effect": "non-scaling-stroke" }));
  const words = `${title}: ${plural(all, noun)} in all, ${Math.max(0, ...totals).toLocaleString()} at most at a time`;
  const picture = s("svg", { viewBox: `0 0 ${points} 100`, preserveAspectRatio: "none", role: "img", "aria-label": words }, ...lines, ...groups);
  const legend = series.map(({ name, values }, index) => {
    const sum = values.reduce((total, one) => total + one, 0);
    return h("li", {}, h("span", { class: `swatch series-${index % COLOURS}`, "aria-hidden": "true" }), `${name} `, h("b", {}, sum.toLocaleString()));
  });
  return h("figure", { class: "chart" },
    h("figcaption", {}, h("span", {}, title), h("small", {}, plural(all, noun))),
    h("div", { class: "plot" }, h("span", { class: "most", "aria-hidden": "true" }, most.toLocaleString()), picture),
    h("div", { class: "axis", "aria-hidden": "true" }, [labels[0], labels[Math.floor(points / 2)], labels[points - 1]].map((label) => h("span", {}, label ?? ""))),
    legend.length ? h("ul", { class: "legend" }, legend) : null,
    numbers(title, labels, series));
}

/** The same numbers as a table; points at which nothing was counted are left out. @param {string} title @param {readonly string[]} labels @param {readonly Series[]} series */
function numbers(title, labels, series) {
  const rows = labels.flatMap((label, at) => (series.some(({ values }) => values[at])
    ? [h("tr", {}, h("th", { scope: "row" }, label), series.map(({ values }) => h("td", {}, (values[at] ?? 0).toLocaleString())))] : []));
  if (!rows.length) return null;
  const head = h("tr", {}, h("th", { scope: "col" }, "When"), series.map(({ name }) => h("th", { scope: "col" }, name)));
  return h("details", { class: "numbers" }, h("summary", { "aria-label": `${title} as a table` }, "As a table"),
    h("div", { class: "wide", tabIndex: 0, role: "region", "aria-label": `${title} as a table` }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows))));
}

/**
 * Shares of a whole in one bar, with a legend that says each in words. text: how an amount is said.
 * @param {string} label
 * @param {readonly { name: string, amount: number, style?: string }[]} shares
 * @param {(amount: number) => string} text
 * @param {number} [whole] where it is more than the shares together
 */
export function shares(label, shares, text, whole = shares.reduce((sum, { amount }) => sum + amount, 0)) {
  const present = shares.filter(({ amount }) => amount);
  let left = 0;
  const parts = present.map(({ amount, style }, index) => {
    const width = whole ? (100 * amount) / whole : 0;
    left += width;
    return s("rect", { x: left - width, y: 0, width, height: 10, class: style ?? `series-${index % COLOURS}` });
  });
  const words = present.map(({ name, amount }) => `${name} ${text(amount)}`).join(", ");
  return h("div", { class: "shares" },
    s("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": `${label}: ${words || "nothing"}` }, s("rect", { x: 0, y: 0, width: 100, height: 10, class: "rest" }), ...parts),
    h("ul", { class: "legend" }, present.map(({ name, amount, style }, index) =>
      h("li", {}, h("span", { class: `swatch ${style ?? `series-${index % COLOURS}`}`, "aria-hidden": "true" }), `${name} `, h("b", {}, text(amount))))));
}
