// The view of policies: how many verified copies assets must have where, how they stand, the plans that bring it about, and trash.

import { writeAddress } from "/page/address.js";
import { describe, get, post, problemOf, put } from "/page/api.js";
import { h, notice, redraw } from "/page/dom.js";
import { ask, confirm } from "/page/form.js";
import { actorName, bytes, dateTime, plural } from "/page/format.js";
import { part, rowButton, table } from "/page/part.js";
import { showParts } from "/page/parts.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

const EXAMPLE = `# Two copies of what was rated four stars or better, one of them cold, each read back within 90 days.
[[rule]]
name = "selects"
query = "rating>=4"
copies = 2
tiers = ["hot", "cold"]
verified_within = "90d"
`;
/** @type {Record<string, string>} */
const STATES = { making: "is being made", draft: "a draft: nothing moves yet", running: "is carried out", paused: "paused", done: "done", cancelled: "cancelled" };
/** @param {Schemas["Amount"]} amount */
const amount = ({ files, bytes: size }) => (files ? `${plural(files, "file")}, ${bytes(size)}` : "nothing");

/** How assets stand by each rule. @param {readonly Schemas["RuleReport"][]} rules */
const standing = (rules) => table(["rule", "assets", "below what it asks", "no destination", "cannot be read now", "not proved"], rules.map((one) => [
  one.rule, one.assets.toLocaleString(), one.below ? h("span", { class: "problem" }, one.below.toLocaleString()) : "none", one.no_destination.files ? amount(one.no_destination) : "", one.not_readable.files ? amount(one.not_readable) : "", one.unproved.files ? amount(one.unproved) : ""]));

/** The editor of the policy. @param {AbortSignal} signal @param {() => unknown} changed */
async function editor(signal, changed) {
  const inForce = await get("/tiers/policy", {}, signal).catch(problemOf);
  const text = h("textarea", { rows: 14, class: "code", spellcheck: false, maxLength: 100_000, "aria-describedby": "policy-problem", value: inForce instanceof Error ? EXAMPLE : inForce.toml });
  const problem = h("small", { id: "policy-problem", class: "field-problem", role: "alert" });
  const message = h("p", { role: "status" });
  const result = h("div");
  const state = h("p", { class: "soft" }, inForce instanceof Error ? "No policy is in force; this is an example." : `Policy ${inForce.number}, applied ${dateTime(inForce.created_at)} by ${actorName(inForce.actor)}.`);
  const attempt = async (/** @type {() => unknown} */ call) => {
    [problem.textContent, message.textContent] = ["", ""];
    text.removeAttribute("aria-invalid");
    try {
      await call();
    } catch (error) {
      problem.textContent = describe(error);
      text.setAttribute("aria-invalid", "true");
      text.focus();
    }
  };
  const check = () => attempt(async () => {
    const found = await post("/tiers/policy/check", { toml: text.value });
    redraw(result, table(["rule", "assets", "to note"], found.rules.map((one) => [one.rule, one.assets.toLocaleString(), one.warnings.join(" ")])), found.others ? h("p", { class: "soft" }, `${plural(found.others, "asset")} are under no rule.`) : null);
    message.textContent = "The policy is valid. These assets fall under its rules.";
  });
  const apply = () => confirm("Put the policy in force?", "Nothing moves by that: a plan says what it takes, and is applied on its own.", "Put in force", async () => {
    const made = await put("/tiers/policy", { toml: text.value });
    return () => {
      [message.textContent, state.textContent] = [`Policy ${made.number} is in force.`, `Policy ${made.number}, applied ${dateTime(made.created_at)} by ${actorName(made.actor)}.`];
      changed();
    };
  });
  const earlier = async () => {
    const found = await get("/tiers/policies", { limit: 50 }, signal);
    const load = (/** @type {number} */ number) => attempt(async () => {
      text.value = (await get(`/tiers/policies/${number}`, {}, signal)).toml;
      message.textContent = `Policy ${number} stands in the editor. Put it in force to return to it.`;
    });
    redraw(result, found.length ? table(["policy", "applied", "by", ""], found.map((one) => [`Policy ${one.number}${one.is_in_force ? " (in force)" : ""}`, dateTime(one.created_at), actorName(one.actor), rowButton("Load", `policy ${one.number}`, () => load(one.number))])) : h("p", { class: "soft" }, "There are none."));
  };
  return h("section", { class: "part stack" }, h("h2", {}, "Policy"), state, h("label", {}, h("span", {}, "Policy (TOML)"), text), problem,
    h("p", { class: "actions" }, h("button", { type: "button", onclick: check }, "Check"), may("tiers") ? h("button", { type: "button", class: "primary", onclick: () => attempt(async () => (await post("/tiers/policy/check", { toml: text.value }), apply())) }, "Put in force …") : null,
      h("button", { type: "button", onclick: () => attempt(earlier) }, "Earlier policies")), message, result);
}

/** What a plan costs, in words; "": nothing that is known. @param {Schemas["PlanEstimate"]} estimate */
function costOf({ charges }) {
  const money = (/** @type {number} */ sum, /** @type {string} */ currency) => {
    const format = new Intl.NumberFormat([], { style: "currency", currency });
    return sum < 0.01 ? `less than ${format.format(0.01)}` : format.format(sum);
  };
  return charges.map(({ currency, egress, requests, early_delete: early, month }) => {
    const once = egress + requests + early;
    return [once ? `${money(once, currency)} once` : "", month ? `${month > 0 ? "" : "saves "}${money(Math.abs(month), currency)} a month` : ""].filter(Boolean).join(", ");
  }).filter(Boolean).map((text) => `It costs ${text}.`).join(" ");
}

/** @param {Schemas["PlanReport"]} plan @param {Act} act */
function controls(plan, act) {
  if (!may("tiers")) return [];
  const { number, state, estimate, asks } = plan;
  const apply = () => ask(`Carry out plan ${number}?`, [
    h("p", {}, `${amount(estimate.copies)} to copy, ${amount(estimate.reclasses)} to another class, ${amount(estimate.deletes)} to delete${estimate.deletes.files ? ", after a time of grace in which they can be kept" : ""}.`),
    asks ? h("label", { class: "option" }, h("input", { type: "checkbox", name: "accepts", required: true }), h("span", {}, "It costs more than the policy allows without asking, and may.")) : h("p", { class: "soft" }, costOf(estimate) || "It costs nothing that is known.")],
  "Carry out", async (given) => {
    await post(`/tiers/plans/${number}/apply`, { accepts_cost: asks && Boolean(given.accepts) });
    return () => act(() => `Plan ${number} is carried out.`);
  });
  const call = (/** @type {"pause" | "resume"} */ action, /** @type {string} */ done) => () => act(async () => (await post(`/tiers/plans/${number}/${action}`), `Plan ${number} ${done}.`));
  const cancel = () => confirm(`Cancel plan ${number}?`, "What is copied stays, and what was leaving stays as well.", "Cancel the plan", async () => {
    await post(`/tiers/plans/${number}/cancel`);
    return () => act(() => `Plan ${number} is cancelled.`);
  });
  const of = `plan ${number}`;
  return [
    state === "draft" ? rowButton("Carry out …", of, apply) : null, state === "running" ? rowButton("Pause", of, call("pause", "is paused"), { key: "turn" }) : null,
    state === "paused" ? rowButton("Resume", of, call("resume", "continues"), { key: "turn" }) : null, ["draft", "running", "paused", "making"].includes(state) ? rowButton("Cancel …", of, cancel, { style: "danger" }) : null];
}

/** @param {Schemas["PlanReport"]} plan @param {Act} act */
function planItem(plan, act) {
  const { number, state, estimate, problem, is_stale: isStale } = plan;
  return h("li", { class: "entry" }, h("div", {},
    h("h3", {}, h("a", { href: writeAddress("/policies", { plan: String(number) }) }, `Plan ${number}`)), h("p", { class: "state fine" }, `${STATES[state] ?? state}; made ${dateTime(plan.created_at)}`),
    h("p", {}, `Copies ${amount(estimate.copies)} · other class ${amount(estimate.reclasses)} · deletes ${amount(estimate.deletes)}`), costOf(estimate) ? h("p", {}, costOf(estimate)) : null,
    isStale && state === "draft" ? h("p", { class: "soft" }, "The library has changed since: make another plan.") : null, problem ? h("p", { class: "problem" }, problem) : null),
  h("div", { class: "actions" }, controls(plan, act)));
}

/** @param {AbortSignal} signal */
function plans(signal) {
  const button = (/** @type {Act} */ act) => [h("button", { type: "button", "data-key": "plan", onclick: () => act(async () => {
    const made = await post("/tiers/plans", {});
    return `Plan ${made.number} is made; nothing moves until it is carried out.`;
  }) }, "Make a plan")];
  const draw = (/** @type {Schemas["PlanReport"][]} */ found, /** @type {Act} */ act) => (found.length ? h("ul", { class: "entries" }, found.map((one) => planItem(one, act)))
    : h("p", { class: "soft" }, "There is no plan. A plan says what the policy takes: files, bytes and cost, before anything moves."));
  return part("Plans", button, () => get("/tiers/plans", { limit: 20 }, signal), draw);
}

/** @param {AbortSignal} signal */
function trash(signal) {
  const keep = (/** @type {Act} */ act, /** @type {Schemas["LeavingFile"]} */ file) => act(async () => {
    await post("/tiers/trash/keep", { what: [file.path] });
    return `${file.path} stays.`;
  });
  const draw = (/** @type {Schemas["Trash"]} */ { files, total, bytes: size }, /** @type {Act} */ act) => (files.length
    ? [h("p", { class: "soft" }, `${plural(total, "file")}, ${bytes(size)}. Enough other copies of each were read back.`),
      table(["file", "source", "is deleted", ""], files.map((one) => [one.path, one.source, one.is_being_deleted ? "now" : dateTime(one.leaves_at), may("tiers") && !one.is_being_deleted ? rowButton("Keep", one.path, () => keep(act, one)) : null]))]
    : h("p", { class: "soft" }, "No file is leaving."));
  return part("Trash", () => [], () => get("/tiers/trash", { limit: 200 }, signal), draw);
}

/** One plan with what it does to each file. @param {HTMLElement} main @param {AbortSignal} signal @param {string} number */
async function onePlan(main, signal, number) {
  const drawPlan = (/** @type {Schemas["PlanReport"]} */ plan, /** @type {Act} */ act) => [
    h("ul", {}, planItem(plan, act)), plan.states.length ? table(["what", "state", "files", "size"], plan.states.map((one) => [one.kind, [one.state, one.reason].filter(Boolean).join(": "), one.files.toLocaleString(), bytes(one.bytes)])) : null];
  const plan = part("", () => [h("a", { class: "button", href: "#/policies" }, "All plans")], () => get(`/tiers/plans/${number}`, {}, signal), drawPlan);
  plan.element.querySelector("h2")?.replaceChildren(`Plan ${number}`);
  const drawFiles = (/** @type {Schemas["ActionReport"][]} */ found) => (found.length
    ? table(["file", "what", "where", "state"], found.map((one) => [one.key, one.kind, [one.source, one.storage_class].filter(Boolean).join(", "), [one.state, one.reason, one.detail].filter(Boolean).join(": ")]))
    : h("p", { class: "soft" }, "It does nothing to any file."));
  const files = part("Files", () => [], () => get(`/tiers/plans/${number}/actions`, { limit: 500 }, signal), drawFiles);
  await showParts(main, signal, [plan, files], { follows: ["tier", "copy."], withStatus: true });
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
export async function policies(main, signal, parameters) {
  const number = parameters.get("plan");
  if (number && /^\d+$/.test(number)) return onePlan(main, signal, number);
  const stands = part("How the library stands", () => [h("a", { class: "button", href: "#/storage" }, "Storage …")],
    () => get("/tiers/standing", {}, signal).catch(problemOf).then((found) => (found instanceof Error ? null : found)),
    (found) => (found ? standing(found.rules) : notice("No policy is in force.", "A policy says how many verified copies assets must have, and where.")));
  const made = [plans(signal), trash(signal)];
  const written = await editor(signal, () => [stands, ...made].forEach((one) => one.refresh()));
  return showParts(main, signal, [stands, ...made, { element: written, refresh: async () => {} }], { follows: ["tier", "copy."], withStatus: true });
}
