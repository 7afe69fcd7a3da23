// The workflow: where an asset is, the moves that are possible and why others are not, assignee, due date and history; a view
// of tasks; and for managers a view in which the workflow is chosen, edited, tried and applied.

import { describe, get, post, problemOf } from "/page/api.js";
import { announce, h, notice, redraw } from "/page/dom.js";
import { follow, newest } from "/page/follow.js";
import { ask, choice, confirm, field } from "/page/form.js";
import { actorName, dateTime } from "/page/format.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/panels.js").SectionContext} SectionContext */
/** @typedef {(done: string, call?: () => unknown) => Promise<void>} DoneAct says what was done, or why it was not */

/** Events by which an asset is elsewhere, or has other moves: these depend on what is known of it, too. */
const EVENTS = ["workflow.", "metadata.", "tag.", "licence."];
const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A due date as the clock of its zone shows it; "" where there is none. @param {{ due: string | null, zone: string | null }} item */
const dueText = ({ due, zone }) => (due === null ? "" : `${due.slice(0, 10)} ${due.slice(11, 16)} ${zone}`);

/**
 * What happened, as a sentence. labels: of states by key.
 * @param {Schemas["dampipe__features__workflow__model__HistoryEntry"]} one
 * @param {Map<string, string>} labels
 */
function entry(one, labels) {
  const state = (/** @type {string | null} */ key) => labels.get(key ?? "") ?? key;
  const what = {
    moved: `moved it from “${state(one.source)}” to “${state(one.to)}”${one.comment ? `: ${one.comment}` : ""}`,
    assigned: one.assignee ? `assigned it to ${one.assignee}` : "took its assignee away",
    due: one.due ? `made it due ${one.due.slice(0, 16).replace("T", " ")}` : "took its due date away",
  }[one.what];
  return `${dateTime(one.at)}: ${actorName(one.actor)} ${what}`;
}

/** Ask for a comment, and move. @param {string} sha1 @param {Schemas["PossibleMove"]} move @param {DoneAct} act */
function moveWithComment(sha1, move, act) {
  const text = h("textarea", { name: "comment", rows: 4, maxLength: 2000, required: true, autofocus: true });
  ask(move.label, [h("label", {}, h("span", {}, "Why?"), text)], move.label, async ({ comment }) => {
    await post(`/assets/${sha1}/workflow/move`, { transition: move.transition, comment });
    return () => act(`It is ${move.to_label} now.`);
  });
}

/** @param {string} sha1 @param {string | null} current @param {DoneAct} act */
function assign(sha1, current, act) {
  const input = field("User", { name: "assignee", value: current ?? "", required: false, autocomplete: "off", autofocus: true, maxLength: 100, hint: "Leave it empty: nobody." });
  ask("Assign", [input], "Assign", async ({ assignee }) => {
    await post("/workflow/assign", { assets: [sha1], assignee: assignee.trim() || null });
    return () => act(assignee.trim() ? `It is assigned to ${assignee.trim()}.` : "It is not assigned any more.");
  });
}

/** @param {string} sha1 @param {Schemas["AssetWorkflow"]} item @param {DoneAct} act */
function setDue(sha1, item, act) {
  const day = field("Due", { name: "due", type: "datetime-local", value: item.due ? item.due.slice(0, 16) : "", required: false, autofocus: true, hint: "Leave it empty: at no time." });
  const zone = field("Time zone", { name: "zone", value: item.zone ?? ownZone(), maxLength: 64 });
  ask("Due date", [day, zone], "Set", async ({ due, zone: where }) => {
    await post("/workflow/due", { assets: [sha1], due: due || null, zone: due ? where.trim() : null });
    return () => act(due ? "The due date is set." : "There is no due date any more.");
  });
}

/**
 * One move: a button, or why it is not possible.
 * @param {string} sha1
 * @param {Schemas["PossibleMove"]} move
 * @param {DoneAct} act
 */
function moveControl(sha1, move, act) {
  const go = () => (move.comment ? moveWithComment(sha1, move, act)
    : act(`It is ${move.to_label} now.`, () => post(`/assets/${sha1}/workflow/move`, { transition: move.transition })));
  if (move.possible) return h("button", { type: "button", "data-key": `move-${move.transition}`, onclick: go }, move.comment ? `${move.label} …` : move.label);
  const why = move.reasons.map((reason) => `${reason.text}.`).join(" ");
  const id = `why-${move.transition}`;
  return h("div", { class: "refused" },
    h("button", { type: "button", "data-key": `move-${move.transition}`, "aria-disabled": "true", "aria-describedby": id, onclick: () => announce(why) }, move.label),
    h("small", { id }, why));
}

/** The element below the details of an asset. @param {Schemas["Details"]} asset @param {SectionContext} context */
export function sections(asset, { signal, refresh }) {
  const section = h("section", { class: "asset-part workflow", "data-tab": "Workflow", "aria-labelledby": "workflow-title", hidden: true });
  const message = h("p", { role: "status", class: "hint" });
  const body = h("div");
  let sha1 = asset.video.sha1;

  /** Do something, and say what was done, or why it was not. @param {string} done @param {() => unknown} [call] */
  async function act(done, call = () => {}) {
    try {
      await call();
      message.textContent = done;
    } catch (problem) {
      message.textContent = describe(problem);
    }
    if (!(await refresh())) await draw();
  }

  async function read() {
    const states = await get("/workflow", {}, signal).then((workflow) => workflow.states, () => []);
    const answers = states.length // else there is no workflow, and no place of an asset in it to ask for
      ? await Promise.all([get(`/assets/${sha1}/workflow`, {}, signal), get(`/assets/${sha1}/workflow/history`, {}, signal)]).catch(() => null)
      : null;
    return { states, answers };
  }
  const draw = newest(read, ({ states, answers }) => {
    if (signal.aborted) return;
    section.hidden = !answers;
    if (!answers) return;
    const [item, history] = answers;
    const labels = new Map(states.map((state) => [state.key, state.label]));
    redraw(body,
      h("p", {}, h("span", { class: "chip" }, item.label), " ",
        item.since ? h("small", {}, `since ${dateTime(item.since)}${item.by ? `, by ${actorName(item.by)}` : ""}`) : null),
      h("p", {}, item.assignee ? `Assigned to ${item.assignee}. ` : "Not assigned. ",
        item.due ? h("span", { class: item.overdue ? "problem" : "" }, `${item.overdue ? "Overdue since" : "Due"} ${dueText(item)}.`) : null),
      may("move") ? h("div", { class: "actions" }, item.moves.map((move) => moveControl(sha1, move, act))) : null,
      may("edit") ? h("p", { class: "actions" },
        h("button", { type: "button", "data-key": "assign", onclick: () => assign(sha1, item.assignee, act) }, "Assign …"),
        h("button", { type: "button", "data-key": "due", onclick: () => setDue(sha1, item, act) }, "Due date …")) : null,
      history.length ? h("details", {}, h("summary", {}, "History"), h("ol", { class: "history" }, history.map((one) => h("li", {}, entry(one, labels))))) : null);
  });

  section.append(h("h3", { id: "workflow-title" }, "Workflow"), message, body);
  document.addEventListener("asset-changed", ({ detail }) => {
    sha1 = detail.video.sha1;
    draw();
  }, { signal });
  follow(signal, EVENTS, draw);
  draw();
  return [section];
}

/** What is assigned to the user, or to everybody. @param {HTMLElement} main @param {AbortSignal} signal */
async function tasks(main, signal) {
  const list = h("div");
  /** @type {HTMLInputElement} */
  const all = h("input", { type: "checkbox", onchange: () => draw() });
  main.replaceChildren(h("section", { class: "stack" }, h("h2", {}, "Tasks"), h("label", { class: "option" }, all, h("span", {}, "Of everybody")), list));

  const read = () => get("/workflow/tasks", all.checked ? { everybody: true } : {}, signal).catch(problemOf);
  /** @type {() => Promise<void>} */
  const draw = newest(read, (found) => {
    if (signal.aborted) return;
    if (found instanceof Error) return redraw(list, notice(found.message, found.hint));
    if (!found.length) return redraw(list, notice("There are no tasks.", "What is assigned to you and not done is listed here."));
    const rows = found.map((one) => h("tr", {},
      h("td", {}, h("a", { href: `#/asset/${one.asset}` }, one.name)), h("td", {}, one.label), h("td", {}, one.assignee),
      h("td", { class: one.overdue ? "problem" : "" }, one.due ? `${dueText(one)}${one.overdue ? " (overdue)" : ""}` : "")));
    return redraw(list, h("table", {}, h("thead", {}, h("tr", {}, ["Asset", "State", "Assigned to", "Due"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows)));
  });
  await draw();
  follow(signal, EVENTS, draw);
}

/** What a trial says, as elements. @param {Schemas["Trial"]} trial */
function trialReport(trial) {
  const lines = trial.faults.map((fault) => `${fault.text}. ${fault.hint}`);
  lines.push(...trial.removed.map((one) => `${one.assets} in “${one.key}”, which the definition does not have: ${one.to ? `they go to “${one.to}”` : "add it to [map]"}.`));
  for (const state of trial.states) {
    for (const one of state.blocked) lines.push(`${state.label}: ${one.assets} cannot ${one.transition}: ${one.reason.text} (${one.examples.map((example) => example.name).join(", ")}${one.assets > one.examples.length ? ", …" : ""}).`);
  }
  const rows = trial.states.map((state) => h("tr", {}, [state.label, state.assets, state.stuck].map((text) => h("td", {}, String(text)))));
  return [
    h("p", {}, trial.fits ? "It can be applied." : "It cannot be applied as it is."),
    h("ul", {}, lines.map((line) => h("li", {}, line))),
    rows.length ? h("table", {}, h("thead", {}, h("tr", {}, ["State", "Assets", "Stuck"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows)) : null,
  ];
}

/** The workflow of the library, and its definition. @param {HTMLElement} main @param {AbortSignal} signal */
async function settings(main, signal) {
  const now = h("p", { class: "hint" });
  const text = h("textarea", { rows: 24, spellcheck: false, class: "code", maxLength: 100000 });
  const message = h("p", { role: "status", class: "hint" });
  const result = h("div");
  const known = h("div");

  const attempt = (/** @type {() => unknown} */ call) => async () => {
    message.textContent = "";
    try {
      await call();
    } catch (problem) {
      message.textContent = describe(problem);
    }
  };
  /** @param {string} name */
  async function load(name) {
    text.value = (await get(`/workflow/definitions/${name}`, {}, signal)).toml;
    result.replaceChildren();
  }
  const draw = newest(() => Promise.all([get("/workflow", {}, signal), get("/workflow/definitions", {}, signal)]), ([workflow, definitions]) => {
    now.textContent = workflow.version === null ? "No definition was applied yet."
      : `${workflow.label} is applied, version ${workflow.version}: ${workflow.states.map((state) => `${state.label} ${state.assets}`).join(", ") || "no states"}.`;
    const items = definitions.map((one) => [one.version === null ? one.key : String(one.version), one.version === null ? one.label : `${one.label}, version ${one.version}${one.active ? " (active)" : ""}`]);
    const select = choice("Definition", "definition", items, definitions.find((one) => one.active) ? String(workflow.version) : "none");
    redraw(known, select, h("button", { type: "button", "data-key": "load", onclick: attempt(() => load(select.querySelector("select")?.value ?? "active")) }, "Load"));
  });
  const tried = attempt(async () => redraw(result, ...trialReport(await post("/workflow/try", { toml: text.value }))));
  const apply = () => confirm("Apply the definition?", "It becomes the workflow of the library. No asset changes its state, except by the map in the definition.", "Apply", async () => {
    const done = await post("/workflow/apply", { toml: text.value });
    return () => {
      message.textContent = `The workflow is “${done.key}” now, version ${done.version}.`;
      draw();
    };
  });
  main.replaceChildren(h("section", { class: "stack" }, h("h2", {}, "Workflow"), now, known, h("label", {}, h("span", {}, "Definition (TOML)"), text),
    h("p", { class: "actions" }, h("button", { type: "button", onclick: tried }, "Try"), h("button", { type: "button", class: "primary", onclick: apply }, "Apply …")), message, result));
  await attempt(async () => {
    await draw();
    await load("active");
  })();
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [
  { path: "/tasks", area: "work", order: 10, label: "Tasks", scope: "read", show: tasks },
  { path: "/workflow", area: "settings", order: 40, label: "Workflow", scope: "manage", show: settings },
];

export { bulkActs } from "./bulk.js";
