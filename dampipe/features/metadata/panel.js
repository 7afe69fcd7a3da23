// The metadata of an asset in the player: its fields by group, editing in place, where a value comes from, history, undo.

import { describe, get, patch, post, problemOf } from "/page/api.js";
import { h, redraw } from "/page/dom.js";
import { follow, newest } from "/page/follow.js";
import { actorName, dateTime } from "/page/format.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/panels.js").SectionContext} SectionContext */

const SOURCES = {
  person: "by hand", import: "from an import", sidecar: "from a sidecar file", file: "from the file", rule: "by a rule", model: "by a model",
};
const SHOWN = 20;
/** Events by which fields, or their values, are others. */
const EVENTS = ["metadata.", "tag.", "schema.", "vocabulary.", "machinetag."];

/** Where the value that counts comes from. @param {Schemas["ValueReport"]} value */
function origin({ source, actor, at }) {
  if (!source) return "";
  const who = source === "person" ? `by ${actorName(actor ?? "")}` : SOURCES[source];
  return `${who}, ${dateTime(at ?? "")}`;
}

/** What other sources say, and what does not count. @param {Schemas["ValueReport"]} value */
function others({ source, sources }) {
  const rest = sources.filter((one) => one.source !== source);
  return rest.length ? rest.map((one) => `${SOURCES[one.source]}: ${one.values.join(", ") || "no value"}${one.states.includes("proposed") ? " (proposed)" : ""}`).join("; ") : "";
}

/**
 * What a person may give: an input of the field's type.
 * @param {Schemas["FieldReport"]} field
 * @param {Schemas["ValueReport"]} value
 */
function input(field, value) {
  const text = value.values.join("\n");
  const more = { name: "value", "aria-label": field.label, required: false };
  const pick = (/** @type {string[]} */ pairs) => h("select", more, ["", ...pairs].map((one) => h("option", { value: one, selected: one === text }, one || "No value")));
  if (field.choices.length && !field.multiple) return pick(field.choices);
  if (field.type === "boolean") {
    const now = value.values.length ? String(value.values[0]) : "";
    return h("select", more, [["", "No value"], ["true", "Yes"], ["false", "No"]].map(([key, label]) => h("option", { value: key, selected: key === now }, label)));
  }
  if (field.multiple || field.type === "long_text") return h("textarea", { ...more, value: text, rows: field.multiple ? 3 : 4 });
  if (field.type === "rating" || field.type === "number") {
    return h("input", { ...more, type: "number", value: text, step: field.type === "rating" ? 1 : "any", min: field.least, max: field.most });
  }
  return h("input", { ...more, type: field.type === "url" ? "url" : "text", value: text, maxLength: field.max_length ?? 2000, placeholder: field.type === "date" ? "2024-05-17" : "" });
}

/**
 * The edit that a text means: a field left empty has no value.
 * @param {Schemas["FieldReport"]} field
 * @param {string} text
 */
function edit(field, text) {
  const lines = field.multiple ? text.split("\n").map((line) => line.trim()).filter(Boolean) : [text.trim()].filter(Boolean);
  return lines.length ? { set: { [field.key]: lines } } : { clear: [field.key] };
}

/** The element below the details of an asset. @param {Schemas["Details"]} asset @param {SectionContext} context */
export function sections(asset, { signal, refresh }) {
  const section = h("section", { class: "asset-part metadata", "aria-labelledby": "metadata-title" });
  const message = h("p", { role: "status", class: "hint" });
  const list = h("div");
  const log = h("div");
  let latest = asset;
  /** @type {{ key: string, form: HTMLElement, base: (version: number) => void } | null} */
  let edited = null; // the field that is being edited: its form stays, whatever others change meanwhile
  /** @type {Schemas["FieldReport"][]} */
  let fields = [];
  let shown = ""; // what was drawn: what is the same is not drawn again
  /** @type {HTMLElement | null} */
  let shownForm = null;

  /**
   * Do something, and say what was done, or why it was not.
   * @param {string | ((answer: any) => string)} done
   * @param {() => Promise<unknown>} call
   */
  async function act(done, call) {
    try {
      const answer = await call();
      message.textContent = typeof done === "function" ? done(answer) : done;
      edited = null;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === "metadata.changed_meanwhile") {
        const { mine, theirs, version } = problem.parameters;
        message.textContent = `${describe(problem)} Yours: ${mine.join(", ") || "no value"}. The other: ${theirs.join(", ") || "no value"}. Save again to have yours, or cancel to leave it.`;
        edited?.base(version);
      } else message.textContent = describe(problem);
    }
    await refresh();
    await draw();
  }

  const change = (/** @type {string} */ key, /** @type {number} */ version, /** @type {import("dampipe-api").Body<"patch", "/assets/{sha1}/metadata">} */ parts) =>
    act("Saved.", () => patch(`/assets/${latest.video.sha1}/metadata`, { ...parts, if_version: { [key]: version } }));

  /** Open a form for a field. @param {Schemas["FieldReport"]} field @param {Schemas["ValueReport"]} value */
  function open(field, value) {
    const control = input(field, value);
    let { version } = value; // on which the edit is based
    const close = () => {
      edited = null;
      draw();
    };
    const made = h("form", {
      onsubmit: (event) => {
        event.preventDefault();
        change(field.key, version, edit(field, control.value));
      },
      onkeydown: (event) => {
        if (event.key === "Escape") close();
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) made.requestSubmit();
      },
    }, control,
    h("button", { class: "small primary", "aria-label": `Save ${field.label}` }, "Save"),
    h("button", { type: "button", class: "small", onclick: close, "aria-label": `Leave ${field.label} as it is` }, "Cancel"),
    value.sources.some((one) => one.source === "person")
      ? h("button", { type: "button", class: "small", "aria-label": `Take back what people say of ${field.label}`, onclick: () => change(field.key, version, { unset: [field.key] }) }, "Take back")
      : null,
    h("small", {}, [field.help, field.multiple ? "One value a line." : "", others(value)].filter(Boolean).join(" ")));
    edited = { key: field.key, form: made, base: (newest) => (version = newest) };
    draw().then(() => control.focus());
  }

  /** @param {Schemas["FieldReport"]} field @param {Schemas["ValueReport"]} value */
  function row(field, value) {
    const shown = h("span", {}, value.texts.join(", ") || "–");
    const button = field.may_write
      ? h("button", { type: "button", class: "small", "data-key": `edit-${field.key}`, "aria-label": `Edit ${field.label}`, onclick: () => open(field, value) }, "Edit") : null;
    const where = h("small", { title: others(value) || null }, origin(value));
    return [h("dt", {}, field.label), h("dd", {}, edited?.key === field.key ? edited.form : [shown, where, button])];
  }

  /** @param {Schemas["dampipe__features__metadata__model__HistoryEntry"][]} entries */
  function history(entries) {
    const line = (/** @type {Schemas["dampipe__features__metadata__model__HistoryEntry"]} */ entry) => {
      const label = fields.find((one) => one.key === entry.field)?.label ?? entry.field;
      const now = entry.after.join(", ") || "no value";
      return h("li", {}, `${dateTime(entry.at)}, ${actorName(entry.actor)}: ${label}: ${entry.before.join(", ") || "no value"} → ${now}${entry.undone ? " (undone)" : ""} `,
        entry.undone || ["undo", "merge", "term", "schema"].includes(entry.kind) || !may("edit") ? null
          : h("button", { type: "button", class: "small", "data-key": `undo-${entry.id}`, "aria-label": `Undo the change of ${label} to ${now}`, onclick: () => undo(entry.operation) }, "Undo"));
    };
    return entries.length ? h("details", { open: log.querySelector("details")?.open ?? false }, h("summary", {}, "History"), h("ol", { reversed: true }, entries.map(line))) : null;
  }

  const undo = (/** @type {number} */ operation) => act(
    ({ restored, left }) => (left ? `Undone: ${restored} restored, ${left} left as they are, since they were changed meanwhile.` : "This was undone."),
    () => post(`/metadata/operations/${operation}/undo`));

  const read = () => {
    const { sha1 } = latest.video;
    return Promise.all([
      get("/metadata/fields", {}, signal), get(`/assets/${sha1}/metadata`, {}, signal), get(`/assets/${sha1}/metadata/history`, { limit: SHOWN }, signal),
    ]).catch((problem) => {
      if (!signal.aborted) message.textContent = describe(problem);
      return null;
    });
  };
  const draw = newest(read, (answers) => {
    if (!answers || signal.aborted) return;
    const json = JSON.stringify(answers);
    if (json === shown && shownForm === (edited?.form ?? null)) return;
    [shown, shownForm] = [json, edited?.form ?? null];
    const [known, found, entries] = answers;
    fields = known;
    const values = new Map(found.fields.map((value) => [value.key, value]));
    const focused = edited?.form.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null; // its form is moved
    const groups = new Map();
    for (const field of known) {
      const value = values.get(field.key);
      // Facts, and fields that another feature shows, stand among the details already.
      if (!value || field.is_fact || field.own_detail || (!value.values.length && !value.sources.length && !field.may_write)) continue;
      groups.set(field.group, [...(groups.get(field.group) ?? []), ...row(field, value)]);
    }
    section.hidden = groups.size === 0;
    redraw(list, [...groups].flatMap(([group, rows]) => [h("h4", {}, group || "Other"), h("dl", {}, rows)]));
    focused?.focus({ preventScroll: true });
    redraw(log, history(entries));
  });

  section.append(h("h3", { id: "metadata-title" }, "Metadata"), message, list, log);
  section.hidden = true; // until it is known whether there is something to show
  document.addEventListener("asset-changed", ({ detail }) => {
    latest = detail;
    draw();
  }, { signal });
  follow(signal, EVENTS, draw);
  draw();
  return [section];
}

export { bulkActs, edits } from "./bulk.js";
export { importTable } from "./table.js";

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/schema", area: "settings", order: 45, label: "Schema", scope: "manage", show: async (main, signal) => (await import("./schema-view.js")).schemaView(main, signal) }];
