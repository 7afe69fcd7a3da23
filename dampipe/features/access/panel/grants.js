// What users and roles may see.

import { get, post, remove } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { ask, choice, confirm, field } from "/page/form.js";
import { part, rowButton, table } from "/page/part.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

const roles = ["viewer", "commenter", "editor"]; // managers and admins see everything

/** Of `user:anna` or `role:viewer`. @param {string} to */
function subject(to) {
  const [kind, name] = [to.slice(0, 4), to.slice(5)];
  return kind === "role" ? `everybody from ${name} on` : name;
}

/** @param {Act} act */
async function add(act) {
  const [users, sources] = await Promise.all([get("/users"), get("/sources")]);
  const known = h("datalist", { id: "places" }, ["everything", ...sources.map((source) => source.name)].map((value) => h("option", { value })));
  const who = [...users.map(({ name }) => [`user:${name}`, name]), ...roles.map((role) => [`role:${role}`, `everybody from ${role} on`])];
  const fields = [
    choice("Who", "to", who),
    field("May see", { name: "what", list: "places", autocomplete: "off", maxLength: 4096, placeholder: "/mnt/footage/2024", hint: "The name of a source, the absolute path of a folder, or: everything" }),
    known,
  ];
  ask("Let someone see footage", fields, "Grant", async ({ to, what }) => {
    const made = await post("/grants", { to, what: what.trim() });
    return () => act(() => `${subject(made.to)} may see ${made.what}.`);
  });
}

/** @param {Schemas["GrantReport"]} grant @param {Act} act */
function row({ to, what }, act) {
  const askRevoke = () => confirm("Take this back?", `Then ${subject(to)} may not see ${what} any more, unless another right shows it.`, "Take back", async () => {
    await remove(`/grants?${new URLSearchParams({ to, what })}`);
    return () => act(() => `${subject(to)} may not see ${what} any more.`);
  });
  return [subject(to), h("code", {}, what), h("div", { class: "actions" }, rowButton("Take back …", `${subject(to)}, ${what}`, askRevoke, { style: "danger" }))];
}

/** Say why someone sees an asset, or does not. @param {Act} act */
async function explain(act) {
  const users = await get("/users");
  const fields = [choice("Who", "user", users.map(({ name }) => [name, name])), field("Asset", { name: "asset", autocomplete: "off", maxLength: 4096, hint: "Its SHA-1 or the first digits of it, or the absolute path of its file" })];
  ask("Who sees an asset?", fields, "Explain", async ({ user, asset }) => {
    const found = await get("/access/explain", { user, asset: asset.trim() });
    return () => act(() => `${user} ${found.visible ? "sees" : "does not see"} it: ${found.reasons.join("; ")}`);
  });
}

/** @param {AbortSignal} signal */
export function grants(signal) {
  const draw = (/** @type {Schemas["GrantReport"][]} */ found, /** @type {Act} */ act) => (found.length ? table(["who", "may see", ""], found.map((grant) => row(grant, act)))
    : notice("No rights were granted.", "Managers and admins see everything; all others only what is granted to them."));
  const begin = (/** @type {Act} */ act) => act(async () => (await add(act), ""));
  const why = (/** @type {Act} */ act) => act(async () => (await explain(act), ""));
  const button = (/** @type {Act} */ act) => [h("button", { type: "button", "data-key": "explain", onclick: () => why(act) }, "Explain …"), h("button", { class: "primary", "data-key": "add-grant", onclick: () => begin(act) }, "Let someone see …")];
  return part("Who sees what", button, () => get("/grants", {}, signal), draw);
}
