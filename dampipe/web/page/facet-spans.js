// Pickers of spans: bars of dates over time, and the two ends of numbers and dates.

import { h } from "./dom.js";
import { bars, endsOf, isWithin } from "./histogram.js";

/** @typedef {import("dampipe-api").Schemas["FacetReport"]} Facet */
/** @typedef {import("./where.js").Picked} Picked */
/** @typedef {{ least?: string, most?: string }} Ends */
/** Pick another span: `to` gets what is picked now, which may have changed since the panel was drawn. @typedef {(to: (now: Ends) => Ends) => void} PickSpan */

/**
 * Dates as bars, one for a month, a year or more. A bar picks its time; with Shift, all from the one before to it.
 * @param {Facet} facet
 * @param {Picked | undefined} of
 * @param {PickSpan} pick
 */
export function dateBars(facet, of, pick) {
  const shown = bars(facet.values);
  const most = Math.max(1, ...shown.map(({ assets }) => assets));
  const hasSpan = of?.least !== undefined || of?.most !== undefined;
  /** @param {import("./histogram.js").Bar} bar */
  const isPicked = ({ value }) => (hasSpan ? isWithin(value, of?.least, of?.most) : [...(of?.any ?? [])].some((one) => isWithin(value, one, one)));
  /** @param {string} value @param {boolean} isMore */
  function choose(value, isMore) {
    const [from, to] = endsOf(value);
    pick(({ least, most: until }) => {
      if (isMore && least !== undefined) return from < least ? { least: from, most: until ?? to } : { least, most: to };
      return least === from && until === to ? {} : { least: from, most: to };
    });
  }
  return h("div", { class: "bars", role: "group", "aria-label": `${facet.label} over time` }, shown.map((bar) => {
    const fill = h("span", { class: "fill" });
    fill.style.height = `${bar.assets ? Math.max(6, (bar.assets / most) * 100) : 0}%`;
    const says = `${bar.label}: ${bar.assets.toLocaleString("en")} ${bar.assets === 1 ? "asset" : "assets"}`;
    return h("button", {
      type: "button", class: "bar-of-time", title: says, "aria-label": says, "aria-pressed": String(isPicked(bar)), "data-key": `${facet.key} bar ${bar.value}`,
      disabled: !bar.assets, onclick: (/** @type {MouseEvent} */ event) => choose(bar.value, event.shiftKey),
    }, fill);
  }));
}

/**
 * Two inputs for the ends of a span; what they suggest are the lowest and the highest value that there are.
 * @param {Facet} facet
 * @param {Picked | undefined} of
 * @param {PickSpan} pick
 */
export function spanInputs(facet, of, pick) {
  const isNumber = facet.type !== "date";
  /** @param {"least" | "most"} side */
  const input = (side) => h("input", {
    type: isNumber ? "number" : "text", step: isNumber ? "any" : null, value: of?.[side] ?? "", placeholder: facet[side] ?? "", autocomplete: "off",
    "aria-label": `${facet.label} ${side === "least" ? "from" : "to"}${facet.unit ? `, ${facet.unit}` : ""}`, "data-key": `${facet.key} ${side}`,
    onchange: (/** @type {Event & { currentTarget: HTMLInputElement }} */ { currentTarget }) => submit(side, currentTarget.value),
  });
  const [from, to] = [input("least"), input("most")];
  /** @param {"least" | "most"} side @param {string} typed */
  function submit(side, typed) {
    pick(({ least, most }) => ({ least, most, [side]: typed.trim() || undefined }));
  }
  return h("div", { class: "span" }, from, h("span", { "aria-hidden": "true" }, "–"), to, facet.unit ? h("small", {}, facet.unit) : null);
}
