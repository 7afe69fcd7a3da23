// The login: a dialog over whatever is shown, which stays as it is; and the header's line that says who is logged in.

import { API, explain } from "./address.js";
import { announce, h } from "./dom.js";

const dialog = document.getElementById("login");
const account = document.getElementById("account");
const reasons = {
  "access.no_role": "None of your groups may use this library. Ask an administrator.",
  "access.user_disabled": "This user is disabled. Ask an administrator.",
};
let waiting = null; // the promise of the login that is asked for now

async function call(path, method, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${API}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(explain(answer.detail ?? `The server answered with status ${response.status}.`, answer.hint));
  return answer;
}

const field = (label, properties) => h("label", {}, h("span", {}, label), h("input", { required: true, ...properties }));

/** A form in the dialog; `act` is called with its values, and the form stays open with the reason where that fails. */
function form(title, fields, button, act, more = []) {
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = h("button", {}, button);
  const made = h("form", { class: "login" }, h("h2", { id: "login-title" }, title), ...fields, problem, submit, ...more);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    problem.textContent = "";
    try {
      await act(Object.fromEntries(new FormData(made)));
    } catch (error) {
      problem.textContent = error.message;
      made.querySelector("input[type=password]")?.select();
    } finally {
      submit.disabled = false;
    }
  });
  return made;
}

function ask(session, resolve) {
  const given = new URLSearchParams(location.search).get("login");
  const unencrypted = session.encrypted || ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)
    ? null
    : h("p", { class: "hint" }, "This connection is not encrypted: others in this network can read the password and all footage. An administrator can set tls_cert and tls_key.");
  const oidc = session.oidc ? h("p", {}, h("a", { class: "button", href: `${API}/session/oidc` }, session.oidc)) : null;
  const fields = [field("Name", { name: "name", autocomplete: "username", autofocus: true }), field("Password", { name: "password", type: "password", autocomplete: "current-password" })];
  const note = given ? h("p", { class: "problem", role: "alert" }, reasons[given] ?? "The login at the identity provider failed. Try again.") : null;
  const more = [note, oidc, unencrypted].filter(Boolean);
  dialog.replaceChildren(
    form("Log in", fields, "Log in", async (values) => {
      show(await call("/session", "POST", values));
      if (given) history.replaceState(null, "", `/${location.hash}`);
      dialog.close();
      announce("Logged in.");
      resolve();
    }, more),
  );
}

/** Have a person log in; resolves once a person has. Several calls share one dialog. */
export function login() {
  waiting ??= (async () => {
    const session = await call("/session", "GET");
    if (session.actor === null) {
      await new Promise((resolve) => {
        ask(session, resolve);
        dialog.addEventListener("cancel", keepOpen);
        dialog.showModal();
      });
      dialog.removeEventListener("cancel", keepOpen);
      document.dispatchEvent(new CustomEvent("logged-in"));
    } else show(session);
  })().finally(() => {
    waiting = null;
  });
  return waiting;
}

const keepOpen = (event) => event.preventDefault(); // there is nothing to see without a login

async function logOut(everywhere) {
  await call(everywhere ? "/session?everywhere=true" : "/session", "DELETE");
  location.reload();
}

function changePassword() {
  const passwords = [
    field("Present password", { name: "old", type: "password", autocomplete: "current-password", autofocus: true }),
    field("New password", { name: "new", type: "password", autocomplete: "new-password", minLength: 8 }),
  ];
  const cancel = h("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
  dialog.replaceChildren(
    form("Change the password", passwords, "Change", async (values) => {
      show(await call("/session/password", "PUT", values));
      dialog.close();
      announce("The password is changed; all other sessions have ended.");
    }, [cancel]),
  );
  dialog.showModal();
}

/** Say in the header who is logged in. */
function show(session) {
  account.hidden = !session.can_log_out;
  if (account.hidden) return account.replaceChildren();
  account.replaceChildren(
    h("summary", {}, session.name),
    h("div", { class: "menu" },
      h("p", { class: "hint" }, `Logged in as ${session.role}.`),
      h("button", { type: "button", onclick: changePassword }, "Change the password"),
      h("button", { type: "button", onclick: () => logOut(false) }, "Log out"),
      h("button", { type: "button", onclick: () => logOut(true) }, "Log out everywhere"),
    ),
  );
}

/** Ask the server who is logged in, and say so. */
export async function showAccount() {
  show(await call("/session", "GET").catch(() => ({ can_log_out: false })));
}
