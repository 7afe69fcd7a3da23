// Opening the link: asks for a password and a name where the server says that they are needed, and says why a link is closed.

import { notice, redraw } from "../dom.js";
import { field, form } from "../form.js";
import { asProblem, get, post } from "./api.js";
import { isOfLink, keepLink, keepName, lastName, place } from "./place.js";

const CLOSED = ["share.link_invalid", "share.expired", "share.revoked", "share.used_up"];
/** @typedef {import("dampipe-api").Schemas} Schemas */
/** A password and a name. @typedef {{ password?: string, guest?: string }} Values */

/** @type {Values} */
let given = {}; // the password and the name that were right, so that a session that has ended is begun again without them

/** @param {string} name */
const unknownUser = (name) =>
  notice(`You are logged in as ${name} in this browser, and a link is for people without an account.`, "Open it in a private window, or log out first.");

/** The session that this browser has with the link; null: none. Throws a Problem. @param {string} token */
async function presentSession(token) {
  const { actor, name } = await get("/session");
  if (actor?.startsWith("user:")) return { user: name };
  if (!actor?.startsWith("link:")) return null;
  const session = await get("/share-sessions/current");
  return isOfLink(token, session.share) ? session : null;
}

/** Begin a session. Throws a Problem. @param {Values} values */
async function begin(values) {
  const { token } = place();
  await post("/share-sessions", { token, ...values });
  const session = await get("/share-sessions/current").catch((problem) => {
    if ([401, 404].includes(problem.status)) problem.message = "This browser does not keep the cookie of the session.";
    throw problem;
  });
  keepLink(token, session.share);
  if (values.guest) keepName(values.guest);
  given = values;
  return session;
}

/**
 * Enter by the link in the address, and resolve with the session. isAgain: the session has ended. Resolves never where the
 * link is closed: then `main` says why.
 * @param {HTMLElement} main
 * @param {{ isAgain?: boolean }} [settings]
 * @returns {Promise<Schemas["GuestSession"]>}
 */
export function enter(main, { isAgain = false } = {}) {
  return new Promise((resolve) => {
    /** @type {Record<string, (values: Values) => unknown>} */
    const steps = { "share.password_wrong": askPassword, "share.guest_needed": askName };

    /** @type {(error: unknown, values: Values) => unknown} */
    const fail = (error, values) => {
      const problem = asProblem(error);
      const step = steps[problem.code];
      if (step) return step(values);
      const isOver = CLOSED.includes(problem.code);
      return redraw(main, notice(problem.message, problem.hint, isOver ? null : again(values)));
    };

    /** @type {(values: Values) => HTMLElement} */
    const again = (values) => form("", [], "Try again", () => attempt(values));
    /** @type {(values: Values) => Promise<unknown>} */
    const attempt = (values) => begin(values).then(resolve, (problem) => fail(problem, values));

    /** A step of the form: an answer of another kind than that which it asks for leads to the next one. */
    const stepForm = (/** @type {string} */ title, /** @type {HTMLElement} */ input, /** @type {Values} */ values, /** @type {string} */ code) => {
      const made = form(title, [input], "Open", async (more) => {
        const all = { ...values, ...more };
        try {
          resolve(await begin(all));
        } catch (error) {
          const problem = asProblem(error);
          const isNext = (steps[problem.code] && problem.code !== code) || CLOSED.includes(problem.code);
          if (!isNext) throw problem;
          fail(problem, all);
        }
      });
      made.classList.add("entrance");
      redraw(main, isAgain ? notice("Your session has ended.", "Open the link again.") : null, made);
      made.querySelector("input")?.focus();
    };

    /** @param {Values} values */
    function askPassword(values) {
      const input = field("Password", { name: "password", type: "password", autocomplete: "off", maxLength: 1000, hint: "It came with the link, or from the one who sent it." });
      stepForm("This link needs a password", input, values, "share.password_wrong");
    }

    /** @param {Values} values */
    function askName(values) {
      const input = field("Your name", { name: "guest", autocomplete: "name", maxLength: 100, value: lastName(), hint: "It stands beside what you write." });
      stepForm("Who are you?", input, values, "share.guest_needed");
    }

    (async () => {
      const { token } = place();
      if (!token) return redraw(main, notice("Share links lead here.", "Open the whole link, as it was sent."));
      if (isAgain) return attempt(given);
      given = {};
      try {
        const session = await presentSession(token);
        if (session && "user" in session) return redraw(main, unknownUser(session.user ?? ""));
        if (session) return resolve(session);
        const needs = await post("/share-sessions/needs", { token });
        if (needs.password) return askPassword({});
        return needs.guest ? askName({}) : attempt({});
      } catch (problem) {
        return fail(problem, {});
      }
    })();
  });
}
