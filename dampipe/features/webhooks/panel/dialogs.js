// Dialogs of webhooks: adding one, a new secret, and a replay. Each calls `act` of the view with what was done.

import { get, post } from "/page/api.js";
import { h } from "/page/dom.js";
import { ask, field, showSecret } from "/page/form.js";
import { dateTime, plural } from "/page/format.js";

/** @typedef {import("/page/part.js").Act} Act */

const SIGNATURES = "The receiver checks with it that a message comes from here (Standard Webhooks).";

/** Names of events and patterns, as they are typed: with commas or spaces between them. @param {string} text */
const listed = (text) => text.split(/[\s,]+/).filter(Boolean);

/** The events that there are, as suggestions: those that begin alike also as a pattern. @param {HTMLElement} list */
function suggest(list) {
  get("/events/kinds").then((kinds) => {
    const patterns = [...new Set(kinds.map(({ name }) => `${name.split(".")[0]}.*`))].map((name) => h("option", { value: name }));
    list.replaceChildren(...patterns, ...kinds.map(({ name, summary }) => h("option", { value: name }, summary)));
  }, () => {});
}

/** @param {Act} act */
export function add(act) {
  const known = h("datalist", { id: "kinds-of-events" });
  suggest(known);
  const fields = [
    field("Name", { name: "name", pattern: "[A-Za-z0-9_\\-]+", maxLength: 64, autocomplete: "off", autofocus: true, placeholder: "cms", hint: "Letters, digits, - and _" }),
    field("URL of the receiver", { name: "url", type: "url", maxLength: 2000, autocomplete: "off", placeholder: "https://cms.example.com/dampipe" }),
    field("Events", { name: "events", required: false, list: "kinds-of-events", autocomplete: "off", placeholder: "asset.*, stage.failed", hint: "Empty: all events. Several have commas between them." }),
    known,
  ];
  ask("Add a webhook", fields, "Add", async ({ name, url, events }) => {
    const { secret } = await post("/webhooks", { name, url: url.trim(), events: listed(events) });
    return () => {
      act(() => `${name} is added, and gets the events from now on.`);
      showSecret(`The secret of ${name}`, secret, SIGNATURES);
    };
  });
}

/** @param {string} name @param {Act} act */
export function rotate(name, act) {
  const hours = field("Hours for which the old secret stays valid", {
    name: "hours", type: "number", min: 0, max: 8760, step: "any", value: "24", hint: "Messages are signed with both, so that the receiver can be changed without a gap.",
  });
  ask(`A new secret for ${name}`, [hours], "Make a new secret", async (given) => {
    const made = await post(`/webhooks/${name}/rotate`, { keep_hours: Number(given.hours) });
    const until = made.previous_valid_until === null ? "" : `Messages are signed with the old one as well until ${dateTime(made.previous_valid_until)}.`;
    return () => {
      act(() => `${name} has a new secret.`);
      showSecret(`The new secret of ${name}`, made.secret, SIGNATURES, until);
    };
  });
}

/** @param {string} name @param {Act} act */
export function replay(name, act) {
  const choices = h("fieldset", {}, h("legend", {}, "Send again"),
    h("label", { class: "option" }, h("input", { type: "radio", name: "from", value: "all", checked: true }), h("span", {}, "All events that are in the log")),
    h("label", { class: "option" }, h("input", { type: "radio", name: "from", value: "since" }), h("span", {}, "Those from a time on")),
    h("label", { class: "option" }, h("input", { type: "radio", name: "from", value: "after" }), h("span", {}, "Those after an event")));
  const since = field("Time", { name: "since", type: "datetime-local", step: 1 });
  const after = field("Number or id of the event", { name: "after", autocomplete: "off", maxLength: 64 });
  const showField = () => {
    const from = /** @type {HTMLInputElement} */ (choices.querySelector(":checked")).value;
    for (const [value, label] of /** @type {[string, HTMLElement][]} */ ([["since", since], ["after", after]])) {
      label.hidden = from !== value;
      /** @type {HTMLInputElement} */ (label.querySelector("input")).disabled = from !== value; // so that it is not required
    }
  };
  choices.addEventListener("change", showField);
  showField();
  const fields = [h("p", { class: "hint" }, "Events are sent under the same ids as before, so that a receiver can tell that it has had them."), choices, since, after];
  ask(`Replay for ${name}`, fields, "Send again", async (given) => {
    const start = given.from === "since" ? { since: new Date(given.since).toISOString() } : { after: given.from === "all" ? "0" : given.after.trim() };
    const { events, horizon } = await post(`/webhooks/${name}/replay`, start);
    const missing = horizon === null ? "" : ` Older ones are missing: the log was cleared up to ${dateTime(horizon)}.`;
    return () => act(() => `${plural(events, "event")} will be sent to ${name}.${missing}`);
  });
}
