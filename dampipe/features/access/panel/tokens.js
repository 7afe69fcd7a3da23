// Tokens of programs: a list, a form that creates one, which is shown once, and a button that revokes it.

import { get, post, remove } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { ask, choice, confirm, field, options, showSecret } from "/page/form.js";
import { dateTime } from "/page/format.js";
import { part, rowButton, table } from "/page/part.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

const lifetimes = [["30", "30 days"], ["90", "90 days"], ["365", "a year"], ["", "never"]];

/**
 * Ask for a new token. address: where it is created; users: names of users that it may be of, or null for oneself.
 * @param {string} address
 * @param {string[] | null} users
 * @param {Act} act
 */
async function create(address, users, act) {
  const scopes = await get("/scopes");
  const fields = [
    field("Name", { name: "name", autocomplete: "off", autofocus: true, maxLength: 100, pattern: "[a-zA-Z0-9][a-zA-Z0-9._@+\\-]*", placeholder: "render-farm", hint: "What it is for. Letters, digits and . _ @ + -" }),
    options("May do", "scopes", "checkbox", scopes.filter((scope) => may(scope.name)).map(({ name, summary }) => [name, name, summary]), ["read", "search"]),
    ...(users ? [choice("Of the user", "user", [["", "no user: it sees all footage"], ...users.map((name) => [name, `${name}: it sees and may do no more than ${name}`])])] : []),
    choice("Expires after", "days", lifetimes, "90"),
  ];
  ask("Create a token", fields, "Create", async ({ name, scopes: chosen, user, days }) => {
    if (!chosen.length) throw new Error("Choose what the token may do.");
    const made = await post(address, { name: name.toLowerCase(), scopes: chosen, ...(user ? { user } : {}), ...(days ? { days: Number(days) } : {}) });
    return () => {
      act(() => `The token ${made.name} is created.`);
      showSecret(`The token ${made.name}`, made.token, "A program sends it in the header Authorization, after the word Bearer.");
    };
  }, { lists: ["scopes"] });
}

/** @param {Schemas["TokenReport"]} token @param {boolean} hasUsers @param {string} address @param {Act} act */
function row(token, hasUsers, address, act) {
  const askRevoke = () => confirm(`Revoke ${token.name}?`, "Programs that use it are refused from now on.", "Revoke", async () => {
    await remove(`${address}/${encodeURIComponent(token.name)}`);
    return () => act(() => `${token.name} is revoked.`);
  });
  const isExpired = token.expires_at !== null && token.expires_at * 1000 < Date.now();
  return [
    h("span", {}, token.name, isExpired ? h("span", { class: "chip off" }, "expired") : null),
    ...(hasUsers ? [token.user ?? "none"] : []),
    token.scopes.join(", "),
    token.expires_at === null ? "never" : dateTime(token.expires_at),
    token.last_used_at === null ? "never" : dateTime(token.last_used_at),
    h("div", { class: "actions" }, rowButton("Revoke …", token.name, askRevoke, { style: "danger" })),
  ];
}

/**
 * @param {string} title
 * @param {"/tokens" | "/session/tokens"} address
 * @param {string} empty
 * @param {AbortSignal} signal
 * @param {(() => Promise<string[]>) | null} [readUsers]
 */
function tokens(title, address, empty, signal, readUsers = null) {
  const headings = ["token", ...(readUsers ? ["user"] : []), "may do", "expires", "last used", ""];
  const draw = (/** @type {Schemas["TokenReport"][]} */ found, /** @type {Act} */ act) => (found.length ? table(headings, found.map((token) => row(token, Boolean(readUsers), address, act))) : notice("No tokens.", empty));
  const begin = (/** @type {Act} */ act) => act(async () => (await create(address, readUsers && (await readUsers()), act), "")); // says so where it fails
  const button = (/** @type {Act} */ act) => [h("button", { class: "primary", "data-key": `add-${address}`, onclick: () => begin(act) }, "Create a token …")];
  return part(title, button, () => get(address, {}, signal), draw);
}

/** The tokens of all users and of none, for administrators. @param {AbortSignal} signal */
export const allTokens = (signal) =>
  tokens("Tokens", "/tokens", "A token lets a program use the library without a password.", signal, async () => (await get("/users")).map((user) => user.name));

/** The tokens of the user who is logged in. @param {AbortSignal} signal */
export const ownTokens = (signal) =>
  tokens("Your tokens", "/session/tokens", "A token lets a program use the library for you, without your password.", signal);
