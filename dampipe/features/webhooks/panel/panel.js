// The view of webhooks: what each sends where, whether that succeeds, and what can be done with it.

import { get, post, remove } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { confirm } from "/page/form.js";
import { actorName, dateTime, plural } from "/page/format.js";
import { part, rowButton } from "/page/part.js";
import { deliveries } from "./deliveries.js";
import { add, replay, rotate } from "./dialogs.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

/** The state of a webhook: a class for its colour, and a sentence. @param {Schemas["WebhookReport"]} webhook */
function state({ disabled_at: disabledAt, disabled_by: by, disabled_reason: reason, failures, problem }) {
  if (disabledAt !== null) {
    const why = by ? ` by ${actorName(by)}` : `: ${reason}`;
    return ["off", `Disabled since ${dateTime(disabledAt)}${why}. Its events are kept.`];
  }
  if (failures) return ["failing", `The last ${failures === 1 ? "attempt" : plural(failures, "attempt")} failed: ${problem}`];
  return ["fine", "The receiver accepts its events."];
}

/** What waits, in a few words. @param {Schemas["WebhookReport"]} webhook */
function waiting({ behind, retrying }) {
  const parts = [behind ? `${plural(behind, "new event")} to look at` : "", retrying ? `${plural(retrying, "event")} to be sent again` : ""].filter(Boolean);
  return parts.length ? parts.join(", ") : "Nothing waits";
}

/** @param {Schemas["WebhookReport"]} webhook */
async function test(webhook) {
  const { accepted, status, problem, seconds } = await post(`/webhooks/${webhook.name}/test`);
  return accepted ? `${webhook.name}: the test message was accepted with status ${status} in ${seconds.toFixed(1)} s.`
    : `${webhook.name}: the test message was not accepted. ${problem}`;
}

/** @param {Schemas["WebhookReport"]} webhook @param {Act} act */
function item(webhook, act) {
  const { name, url, events, secrets } = webhook;
  const [kind, text] = state(webhook);
  const isDisabled = webhook.disabled_at !== null;
  const path = `/webhooks/${name}`;
  const askRemove = () => confirm(`Remove ${name}?`, "Its log of deliveries is deleted as well, and the events that wait for it are not sent.", "Remove", async () => {
    await remove(path);
    return () => act(() => `${name} is removed.`);
  });
  return h("li", { class: "entry" },
    h("div", { class: "what" },
      h("h3", {}, name),
      h("p", {}, h("code", {}, url)),
      h("p", {}, events.length ? `Events: ${events.join(", ")}` : "All events"),
      h("p", { class: `state ${kind}` }, text),
      h("p", {}, `${waiting(webhook)}.${secrets > 1 ? " Messages are signed with the new secret and the one before." : ""}`)),
    h("div", { class: "actions" },
      h("a", { class: "button", href: `#/webhooks?log=${name}`, "aria-label": `Deliveries: ${name}` }, "Deliveries"),
      rowButton("Test", name, () => act(() => test(webhook))),
      rowButton("Replay …", name, () => replay(name, act)),
      rowButton("New secret …", name, () => rotate(name, act)),
      isDisabled
        ? rowButton("Enable", name, () => act(async () => (await post(`${path}/enable`), `${name} is enabled, and continues where it stopped.`)), { key: "able" })
        : rowButton("Disable", name, () => act(async () => (await post(`${path}/disable`), `${name} is disabled; its events are kept.`)), { key: "able" }),
      rowButton("Remove …", name, askRemove, { style: "danger" })));
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function list(main, signal) {
  const draw = (/** @type {Schemas["WebhookReport"][]} */ found, /** @type {Act} */ act) => (found.length ? h("ul", { class: "entries" }, found.map((webhook) => item(webhook, act)))
    : notice("No webhooks yet.", "A webhook sends what happens in the library to another system, over HTTP."));
  const button = (/** @type {Act} */ act) => [h("button", { class: "primary", "data-key": "add", onclick: () => add(act) }, "Add a webhook …")];
  const { element, refresh } = part("Webhooks", button, () => get("/webhooks", {}, signal), draw);
  await refresh();
  main.replaceChildren(element);
  follow(signal, [""], () => refresh().catch(() => {}));
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
const show = (main, signal, parameters) =>
  (parameters.has("log") ? deliveries(main, signal, parameters) : list(main, signal));

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/webhooks", area: "settings", order: 60, label: "Webhooks", scope: "manage", show }];
