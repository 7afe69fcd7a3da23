// The login: a dialog over whatever is shown, which stays as it is; and the header's line that says who is logged in.

import { API, explain } from "./endpoint.js";
import { announce, h } from "./dom.js";
import { field, form } from "./form.js";
import { refreshSession, session as current, setSession } from "./session.js";
import { page } from "./state.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("login"));
const account = /** @type {HTMLDetailsElement} */ (document.getElementById("account"));
/** @type {Record<string, string>} */
const reasons = {
  "access.no_role": "None of your groups may use this library. Ask an administrator.",
  "access.user_disabled": "This user is disabled. Ask an administrator.",
};
/** @type {Promise<void> | null} */
let waiting = null; // the promise of the login that is asked for now

/** @param {string} path @param {string} method @param {object} [body] */
async function call(path, method, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${API}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(explain(answer.detail ?? `The server answered with status ${response.status}.`, answer.hint));
  return answer;
}

/** @param {Schemas["Session"]} session @param {() => void} resolve */
function ask(session, resolve) {
  const given = new URLSearchParams(location.search).get("login");
  const unencrypted = session.encrypted || ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)
    ? null
    : h("p", { class: "hint" }, "This connection is not encrypted: others in this network can read the password and all footage. An administrator can set tls_cert and tls_key.");
  const oidc = session.oidc ? h("p", {}, h("a", { class: "button", href: `${API}/session/oidc` }, session.oidc)) : null;
  const fields = [field("Name", { name: "name", autocomplete: "username", autofocus: true }), field("Password", { name: "password", type: "password", autocomplete: "current-password" })];
  const note = given ? h("p", { class: "problem", role: "alert" }, reasons[given] ?? "The login at the identity provider failed. Try again.") : null;
  const more = [note, oidc, unencrypted].filter((one) => one !== null);
  dialog.replaceChildren(
    form("Log in", fields, "Log in", async (values) => {
      setSession(await call("/session", "POST", values));
      if (given) history.replaceState(null, "", `/${location.hash}`);
      dialog.close();
      announce("Logged in.");
      resolve();
    }, { titleId: "login-title", more }),
  );
}

/** Have a person log in; resolves once a person has. Several calls share one dialog. */
export function login() {
  waiting ??= (async () => {
    const session = await call("/session", "GET");
    if (session.actor === null) {
      await new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
        ask(session, resolve);
        dialog.addEventListener("cancel", keepOpen);
        dialog.showModal();
      });
      dialog.removeEventListener("cancel", keepOpen);
      document.dispatchEvent(new CustomEvent("logged-in"));
    } else setSession(session);
  })().finally(() => {
    waiting = null;
  });
  return waiting;
}

/** @param {Event} event */
const keepOpen = (event) => event.preventDefault(); // there is nothing to see without a login

/** @param {boolean} everywhere */
export async function logOut(everywhere) {
  await call(everywhere ? "/session?everywhere=true" : "/session", "DELETE");
  location.reload();
}

export function changePassword() {
  const passwords = [
    field("Present password", { name: "old", type: "password", autocomplete: "current-password", autofocus: true }),
    field("New password", { name: "new", type: "password", autocomplete: "new-password", minLength: 8 }),
  ];
  const cancel = h("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
  dialog.replaceChildren(
    form("Change the password", passwords, "Change", async (values) => {
      setSession(await call("/session/password", "PUT", values));
      dialog.close();
      announce("The password is changed; all other sessions have ended.");
    }, { titleId: "login-title", beside: [cancel] }),
  );
  dialog.showModal();
}

/** Say in the header who is logged in. @param {Schemas["Session"]} session */
function show(session) {
  account.hidden = !session.actor?.startsWith("user:");
  if (account.hidden) return account.replaceChildren();
  account.open = false;
  account.replaceChildren(
    h("summary", {}, session.name),
    h("div", { class: "menu" },
      h("p", { class: "hint" }, `Logged in as ${session.role}.`),
      h("a", { class: "button", href: "#/account", onclick: () => (account.open = false) }, "Your account"),
      ...(session.can_log_out ? [
        h("button", { type: "button", onclick: changePassword }, "Change the password"),
        h("button", { type: "button", onclick: () => logOut(false) }, "Log out"),
        h("button", { type: "button", onclick: () => logOut(true) }, "Log out everywhere"),
      ] : []),
    ),
  );
}

/** Say who is logged in, from now on. */
export async function showAccount() {
  page.watch(["session"], ({ session }) => session && show(session));
  const known = current();
  if (known) show(known);
  else await refreshSession();
}
