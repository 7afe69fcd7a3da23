// The view of the schema: the fields of metadata, in their order; a draft is edited, checked against the library, and applied.

import { describe, get, post, problemOf, put } from "/page/api.js";
import { h, redraw } from "/page/dom.js";
import { ask, choice, confirm, field, options } from "/page/form.js";
import { actorName, dateTime, plural } from "/page/format.js";
import { rowButton } from "/page/part.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["FieldDeclaration"]} Declaration */

/** @type {[string, string][]} */
const TYPES = [["text", "Text"], ["long_text", "Long text"], ["number", "Number"], ["date", "Date"], ["boolean", "Yes or no"], ["term", "Term of a vocabulary"], ["person", "Person"], ["rating", "Rating"], ["label", "Label"], ["url", "Address of a page"], ["asset", "Asset"]];
/** @type {[string, string][]} */
const ROLES = [["commenter", "who may comment"], ["editor", "editors"], ["manager", "managers"], ["admin", "administrators"], ["none", "nobody: files and sidecars only"]];
/** @type {["multiple" | "facet" | "sortable" | "searchable", string, string][]} */
const FLAGS = [["multiple", "Several values", "An asset may have more than one"], ["facet", "Facet", "It is counted beside lists, and filters them"], ["sortable", "Sorts", "Lists can be sorted by it"], ["searchable", "Searched", "Words of it are found"]];

/** @param {Declaration | null} given @param {readonly string[]} vocabularies @param {(made: Declaration) => void} take */
function edit(given, vocabularies, take) {
  const has = FLAGS.filter(([flag]) => given?.[flag] ?? flag === "searchable").map(([flag]) => flag);
  const fields = [
    field("Label", { name: "label", value: given?.label ?? "", maxLength: 100, autofocus: true }),
    field("Key", { name: "key", value: given?.key ?? "", maxLength: 64, pattern: "[a-z][a-z0-9_]*", autocomplete: "off", hint: "Lower-case letters, digits and _, as queries and the API name it. Values stay when it is changed." }),
    choice("Type", "type", TYPES, given?.type ?? "text"),
    choice("Vocabulary", "vocabulary", [["", "none"], ...vocabularies.map((key) => [key, key])], given?.vocabulary ?? ""),
    h("label", {}, h("span", {}, "Choices"), h("textarea", { name: "choices", rows: 3, maxLength: 20_000, value: (given?.choices ?? []).join("\n") }), h("small", {}, "One a line; none: any value.")),
    field("Group", { name: "group", value: given?.group ?? "", required: false, maxLength: 100 }), field("Help", { name: "help", value: given?.help ?? "", required: false, maxLength: 1000 }),
    options("It has", "flags", "checkbox", FLAGS, has), choice("Written by", "write", ROLES, given?.write ?? "editor"),
    field("Property in files and sidecars (XMP)", { name: "xmp", value: given?.xmp ?? "", required: false, maxLength: 200, autocomplete: "off", placeholder: "photoshop:City" }),
  ];
  ask(given ? `Change ${given.label}` : "Add a field", fields, given ? "Change the draft" : "Add to the draft", async (entered) => {
    const key = entered.key.trim();
    take(/** @type {Declaration} */ ({
      ...given, key, label: entered.label.trim(), type: entered.type, vocabulary: entered.vocabulary, group: entered.group.trim(), help: entered.help.trim(), write: entered.write, xmp: entered.xmp.trim(),
      choices: entered.choices.split("\n").map((/** @type {string} */ one) => one.trim()).filter(Boolean), ...Object.fromEntries(FLAGS.map(([flag]) => [flag, entered.flags.includes(flag)])),
      ...(given && given.key !== key ? { renamed_from: given.key } : {}),
    }));
  }, { lists: ["flags"] });
}

/** What a schema would change. @param {Schemas["SchemaDiff"]} diff */
function differences({ added, removed, renamed, changed, breaks }) {
  const lines = [
    added.length ? `Added: ${added.join(", ")}.` : "", removed.length ? `Removed: ${removed.join(", ")}.` : "", ...Object.entries(renamed).map(([to, from]) => `${from} is called ${to}.`),
    ...Object.entries(changed).map(([key, what]) => `${key}: ${what.join(", ")}.`)].filter(Boolean);
  return [h("ul", { class: "bullets" }, (lines.length ? lines : ["Nothing changes."]).map((line) => h("li", {}, line))),
    breaks.length ? h("p", { class: "problem" }, "Values of the library do not fit:") : null,
    breaks.length ? h("ul", { class: "bullets" }, breaks.map((one) => h("li", {}, `${one.text} (${plural(one.values, "value")})`))) : null];
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
export async function schemaView(main, signal) {
  const vocabularies = (await get("/vocabularies", {}, signal)).map(({ key }) => key);
  let report = await get("/schema", {}, signal);
  let draft = report.fields;
  const state = h("p", { class: "soft" });
  const message = h("p", { role: "status" });
  const problem = h("p", { class: "problem", role: "alert" });
  const list = h("div");
  const result = h("div");

  const isChanged = () => JSON.stringify(draft) !== JSON.stringify(report.fields);
  const body = () => ({ fields: { field: draft } });
  /** @param {() => Promise<string>} call */
  async function attempt(call) {
    [message.textContent, problem.textContent] = ["", ""];
    try {
      message.textContent = await call();
    } catch (error) {
      problem.textContent = describe(error);
    }
    draw();
  }
  async function reread() {
    report = await get("/schema", {}, signal);
    draft = report.fields;
    redraw(result);
  }
  const change = (/** @type {Declaration[]} */ fields) => {
    draft = fields;
    redraw(result);
    draw();
  };
  const move = (/** @type {number} */ at, /** @type {number} */ by) => {
    const fields = [...draft];
    fields.splice(at + by, 0, ...fields.splice(at, 1));
    change(fields);
  };
  const check = () => attempt(async () => {
    const diff = await post("/schema/check", body());
    redraw(result, differences(diff));
    return diff.breaks.length ? "The draft cannot be applied as it is." : "The draft can be applied.";
  });
  async function apply() {
    const diff = await post("/schema/check", body()).catch(problemOf);
    if (diff instanceof Error) return attempt(() => Promise.reject(diff));
    const hasBreaks = diff.breaks.length > 0;
    const what = hasBreaks ? [options("Values that do not fit", "breaks", "radio", [["keep", "Keep them as they are", "They are shown, and can be mended one by one"], ["clear", "Clear them", "An undo brings them back"]], ["keep"])] : [];
    return ask("Apply the schema?", [...differences(diff).filter((one) => one !== null), ...what], "Apply", async (given) => {
      const made = await put("/schema", { ...body(), if_version: report.version, [given.breaks === "clear" ? "clear" : "keep"]: diff.breaks.map((one) => one.field) });
      await reread();
      return () => attempt(async () => `The schema has version ${made.version} now.`);
    });
  }
  const undo = () => confirm("Undo the last change of the schema?", "Values that it changed are as they were, unless they were changed since.", "Undo", async () => {
    const made = await post("/schema/undo", {});
    await reread();
    return () => attempt(async () => `The last change is undone; the schema has version ${made.version} now.`);
  });
  /** @param {Declaration} one @param {number} at */
  const item = (one, at) => {
    const facts = [TYPES.find(([type]) => type === one.type)?.[1] ?? one.type, one.vocabulary ? `vocabulary ${one.vocabulary}` : "", one.choices?.length ? plural(one.choices.length, "choice") : "", ...FLAGS.filter(([flag]) => one[flag] && flag !== "searchable").map(([, label]) => label.toLowerCase()), one.group ? `in ${one.group}` : "", one.xmp ?? ""];
    return h("li", { class: "entry" }, h("div", {}, h("h3", {}, one.label, " ", h("code", {}, one.key)), h("p", {}, facts.filter(Boolean).join(" · "))),
      h("div", { class: "actions" }, at ? rowButton("Up", one.key, () => move(at, -1)) : null, at < draft.length - 1 ? rowButton("Down", one.key, () => move(at, 1)) : null,
        rowButton("Change …", one.key, () => edit(one, vocabularies, (made) => change(draft.map((other) => (other === one ? made : other))))), rowButton("Remove", one.key, () => change(draft.filter((other) => other !== one)), { style: "danger" })));
  };
  function draw() {
    const by = report.at ? `, of ${dateTime(report.at)}${report.actor ? ` by ${actorName(report.actor)}` : ""}` : "";
    state.textContent = `Version ${report.version}${by}.${isChanged() ? " The draft below differs from it." : ""}`;
    redraw(list,
      h("p", { class: "actions" }, h("button", { type: "button", "data-key": "add", onclick: () => edit(null, vocabularies, (made) => change([...draft, made])) }, "Add a field …"),
        h("button", { type: "button", "data-key": "check", disabled: !isChanged(), onclick: check }, "Check"), h("button", { type: "button", "data-key": "apply", class: "primary", disabled: !isChanged(), onclick: apply }, "Apply …"),
        h("button", { type: "button", "data-key": "drop", disabled: !isChanged(), onclick: () => change(report.fields) }, "Discard the draft"), report.can_undo ? h("button", { type: "button", "data-key": "undo", onclick: undo }, "Undo the last change …") : null),
      h("ul", { class: "entries" }, draft.map(item)));
  }
  draw();
  main.replaceChildren(h("section", { class: "part" }, h("h2", {}, "Schema"), h("p", { class: "soft" }, "The fields that assets have, in the order in which they are shown. Nothing changes until the draft is applied."), state, message, problem, result, list));
}
