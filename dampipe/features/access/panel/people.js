// The view of people: who may log in, with which role, and when each was here last; tokens; and what each may see.

import { get, patch, post, remove } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { ask, choice, confirm, field, options } from "/page/form.js";
import { dateTime, plural } from "/page/format.js";
import { part, rowButton, table } from "/page/part.js";
import { refreshSession, session } from "/page/session.js";
import { grants } from "./grants.js";
import { allTokens } from "./tokens.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

const roles = [
  ["viewer", "viewer: searches, plays and exports"], ["commenter", "commenter: also comments"],
  ["editor", "editor: also changes tags and versions, and scans"], ["manager", "manager: also changes sources and webhooks, and sees everything"],
  ["admin", "admin: also changes users, tokens and rights"],
];
/** @param {string} name */
const path = (name) => `/users/${encodeURIComponent(name)}`;
/** @param {string} label @param {string} hint @param {boolean} [required] */
const password = (label, hint, required = true) =>
  field(label, { name: "password", type: "password", autocomplete: "new-password", minLength: 8, maxLength: 1000, hint, required });

/** Lines of a text, without empty ones. @param {string} text */
const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/**
 * Ask for a new user. isFirst: there is none yet, so that it must be an administrator.
 * @param {boolean} isFirst
 * @param {Act} act
 */
function add(isFirst, act) {
  const folders = h("textarea", { name: "folders", rows: 3, placeholder: "/mnt/footage/2024", "aria-label": "Sources and folders, one on each line" });
  const sees = options("May see", "sees", "radio", [["everything", "All footage"], ["some", "Only these sources and folders, one on each line:"]], ["everything"]);
  sees.append(folders);
  folders.addEventListener("input", () => (/** @type {HTMLInputElement} */ (sees.querySelector("[value=some]")).checked = true));
  const fields = [
    isFirst ? h("p", {}, "This is the first user, and so an administrator. From now on everyone who opens this page must log in.") : null,
    field("Name", { name: "name", autocomplete: "off", autofocus: true, maxLength: 100, pattern: "[a-zA-Z0-9][a-zA-Z0-9._@+\\-]*", hint: "Letters, digits and . _ @ + -" }),
    password("Password", `At least 8 characters. The user can change it.${isFirst ? "" : " Empty: the user has tokens only."}`, isFirst),
    ...(isFirst ? [] : [choice("Role", "role", roles), sees]),
  ].filter(Boolean);
  ask(isFirst ? "Add the first user" : "Add a user", fields, "Add", async (given) => {
    const some = given.sees === "some" ? { sees: lines(given.folders) } : {};
    await post("/users", { name: given.name.toLowerCase(), password: given.password || null, role: isFirst ? "admin" : given.role, ...some });
    if (isFirst) return () => location.reload(); // to the login
    return () => act(() => `${given.name.toLowerCase()} is added.`);
  });
}

/** @param {Schemas["UserReport"]} user @param {Act} act */
function changeRole(user, act) {
  ask(`The role of ${user.name}`, [choice("Role", "role", roles, user.role)], "Change", async ({ role }) => {
    await patch(path(user.name), { role });
    return () => act(() => `${user.name} is ${role} now.`);
  });
}

/** @param {Schemas["UserReport"]} user @param {Act} act */
function resetPassword(user, act) {
  const fields = [password("New password", "At least 8 characters. All sessions of the user end.")];
  ask(`A new password for ${user.name}`, fields, "Set the password", async (given) => {
    await patch(path(user.name), { password: given.password });
    return () => act(() => `${user.name} has a new password, and has to log in again.`);
  });
}

/** @param {Schemas["UserReport"]} user @param {Act} act */
function buttons(user, act) {
  const { name, disabled, sessions } = user;
  const able = (/** @type {boolean} */ isDisabled, /** @type {string} */ text) => act(async () => (await patch(path(name), { disabled: isDisabled }), text));
  const askDisable = () => confirm(`Disable ${name}?`, "All sessions end, and neither the user nor tokens of the user are let in until you enable the user.", "Disable", async () => () => able(true, `${name} is disabled.`));
  const askEnd = () => confirm(`Log ${name} out?`, "All sessions of the user end, in every browser.", "Log out", async () =>
    () => act(async () => (await remove(`${path(name)}/sessions`), `${name} is logged out everywhere.`)));
  const askRemove = () => confirm(`Remove ${name}?`, "Sessions, tokens and rights of the user are deleted. What the user wrote stays.", "Remove", async () => {
    await remove(path(name));
    return () => act(() => `${name} is removed.`);
  });
  return h("div", { class: "actions" },
    rowButton("Role …", name, () => changeRole(user, act)), rowButton("Password …", name, () => resetPassword(user, act)),
    sessions ? rowButton("Log out …", name, askEnd) : null,
    disabled ? rowButton("Enable", name, () => able(false, `${name} is enabled.`), { key: "able" }) : rowButton("Disable …", name, askDisable, { key: "able" }),
    rowButton("Remove …", name, askRemove, { style: "danger" }));
}

/** @param {Schemas["UserReport"]} user @param {Act} act */
function row(user, act) {
  const isSelf = session()?.actor === `user:${user.name}`;
  const kinds = [user.password ? "password" : "", ...user.logins].filter(Boolean).join(", ") || "none";
  return [
    h("span", {}, user.name, isSelf ? h("span", { class: "chip" }, "you") : null, user.disabled ? h("span", { class: "chip off" }, "disabled") : null),
    user.role,
    user.last_used_at === null ? "never" : h("span", {}, dateTime(user.last_used_at), user.sessions ? h("small", {}, ` ${plural(user.sessions, "session")}`) : null),
    kinds,
    buttons(user, act),
  ];
}

/** @param {AbortSignal} signal */
function users(signal) {
  let isFirst = false;
  const read = async () => {
    const found = await get("/users", {}, signal);
    isFirst = !found.length;
    return found;
  };
  const draw = (/** @type {Schemas["UserReport"][]} */ found, /** @type {Act} */ act) => (found.length
    ? table(["user", "role", "last here", "logs in by", ""], found.map((user) => row(user, act)))
    : notice("No users yet.", "Without users no login is needed, and only this machine reaches the page."));
  const addButton = (/** @type {Act} */ act) => [h("button", { class: "primary", "data-key": "add-user", onclick: () => add(isFirst, act) }, "Add a user …")];
  return part("Users", addButton, read, draw);
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
export async function people(main, signal) {
  const parts = [users(signal), allTokens(signal), grants(signal)];
  await Promise.all(parts.map((one) => one.refresh()));
  main.replaceChildren(...parts.map((one) => one.element));
  const refresh = async () => {
    await Promise.all(parts.map((one) => one.refresh()));
    await refreshSession(); // one's own role may have changed
  };
  follow(signal, ["user.", "token.", "grant."], () => refresh().catch(() => {}));
}
