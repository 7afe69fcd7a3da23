// The log of deliveries of one webhook: what has become of each event, the newest first.

import { get } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { dateTime, plural } from "/page/format.js";
import { part } from "/page/part.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

const LIMIT = 200;
const states = { delivered: "delivered", retrying: "to be sent again", failed: "given up", cancelled: "replaced by a replay" };

/** @param {Schemas["DeliveryReport"]} delivery */
function row({ name, seq, event, state, attempts, status, problem, seconds, updated_at: at, next_at: next }) {
  const answer = [problem || (status === null ? "" : `status ${status}`), seconds === null ? "" : `${seconds.toFixed(1)} s`].filter(Boolean).join(", ");
  const cell = (/** @type {string} */ label, /** @type {import("/page/dom.js").Child[]} */ ...content) => h("td", { "data-label": label }, ...content);
  return h("tr", {},
    h("th", { scope: "row", "data-label": "event", title: event }, name, h("small", {}, ` number ${seq}`)),
    cell("state", h("span", { class: `state ${state}` }, states[state]), next === null ? null : h("small", {}, ` next attempt ${dateTime(next)}`)),
    cell("time", dateTime(at)), cell("attempts", String(attempts)), cell("answer", answer));
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
export async function deliveries(main, signal, parameters) {
  const name = parameters.get("log") ?? "";
  const wanted = parameters.get("state") ?? "";
  const path = `/webhooks/${encodeURIComponent(name)}/deliveries`;
  const address = (/** @type {string} */ state) => `#/webhooks?${new URLSearchParams(state ? { log: name, state } : { log: name })}`;
  const select = h("select", { "aria-label": "Which deliveries" },
    [["", "all"], ...Object.entries(states)].map(([value, text]) => h("option", { value, selected: value === wanted }, text)));
  select.addEventListener("change", () => (location.hash = address(select.value)));
  const read = () => get(path, { limit: LIMIT, ...(wanted ? { state: wanted } : {}) }, signal);
  const head = h("thead", {}, h("tr", {}, ["event", "state", "time", "attempts", "answer"].map((title) => h("th", { scope: "col" }, title))));
  const draw = (/** @type {Schemas["DeliveryReport"][]} */ found) => (found.length
    ? [h("p", { class: "hint" }, found.length < LIMIT ? plural(found.length, "delivery", "deliveries") : `The latest ${LIMIT} deliveries`),
      h("table", { class: "stacked" }, head, h("tbody", {}, found.map(row)))]
    : notice(wanted ? "No such deliveries." : "Nothing was sent yet."));
  const back = h("a", { class: "button", href: "#/webhooks" }, "All webhooks");
  const { element, refresh } = part(`Deliveries: ${name}`, () => [select, back], read, draw);
  await refresh();
  main.replaceChildren(element);
  follow(signal, [""], () => refresh().catch(() => {}));
}
