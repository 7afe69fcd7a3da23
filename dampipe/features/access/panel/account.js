// The view of one's own account: who one is, what one may do, the password, sessions and tokens.

import { get } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { changePassword, logOut } from "/page/login.js";
import { knownSession, session } from "/page/session.js";
import { ownTokens } from "./tokens.js";

/** @param {HTMLElement} main @param {AbortSignal} signal */
export async function account(main, signal) {
  const scopes = await get("/scopes", {}, signal); // asks for a login where one is needed
  await knownSession();
  const { actor, name, role, scopes: own, can_log_out: canLogOut } = /** @type {import("/page/session.js").Session} */ (session());
  if (!actor?.startsWith("user:")) {
    main.replaceChildren(notice("There are no accounts.", "This library has no users, and needs no login."));
    return;
  }
  const tokens = ownTokens(signal);
  await tokens.refresh();
  const buttons = canLogOut ? [
    h("button", { type: "button", onclick: changePassword }, "Change the password …"),
    h("button", { type: "button", onclick: () => logOut(false) }, "Log out"),
    h("button", { type: "button", onclick: () => logOut(true) }, "Log out everywhere"),
  ] : [];
  main.replaceChildren(
    h("section", { class: "part" }, h("div", { class: "bar" }, h("h2", {}, name)),
      h("p", {}, `Your role is ${role}. You may:`),
      h("ul", { class: "bullets" }, scopes.filter((scope) => own.includes(scope.name)).map((scope) => h("li", {}, scope.summary))),
      h("p", { class: "actions" }, buttons)),
    tokens.element);
  follow(signal, ["token."], () => tokens.refresh().catch(() => {}));
}
