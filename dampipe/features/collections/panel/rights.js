// The dialog of the rights on a collection: who may do what, by what was given here and what is inherited.

import { describe, get, put, remove } from "/page/api.js";
import { h, redraw } from "/page/dom.js";
import { newest } from "/page/follow.js";
import { choice, openDialog } from "/page/form.js";
import { rowButton } from "/page/part.js";
import { may } from "/page/session.js";
import { nameOf } from "./acts.js";

/** @typedef {import("./acts.js").Collection} Collection */
/** @typedef {import("dampipe-api").Schemas["CollectionGrantReport"]} Grant */

const RIGHTS = [["view", "View: see it and its items"], ["comment", "Comment: the same, and comments"], ["edit", "Edit: add, move and remove items"], ["manage", "Manage: give rights, move and delete it"]];
const ROLES = ["viewer", "commenter", "editor", "manager"];

/** @param {string} to */
function whoIs(to) {
  const [kind, name] = to.split(":");
  return kind === "role" ? `Everybody who is ${name} or more` : name;
}

/** @param {Collection} one */
export function rights(one) {
  openDialog((close, titleId) => {
    const list = h("ul", { class: "entries" });
    const problem = h("p", { class: "problem", role: "alert" });
    const known = h("datalist", { id: `${titleId}-known` }, ROLES.map((role) => h("option", { value: `role:${role}` }, `Everybody who is ${role} or more`)));
    const to = h("input", { name: "to", list: known.id, required: true, autocomplete: "off", placeholder: "user:anna or role:viewer", autofocus: true });

    /** @param {Grant} grant */
    function entry(grant) {
      const from = typeof grant.inherited_from === "number" ? "inherited from a collection above" : `given by ${grant.granted_by}`;
      const revoke = () => act(() => remove(`/collections/${one.id}/rights?${new URLSearchParams({ to: grant.to })}`));
      return h("li", { class: "entry" }, h("div", { class: "what" }, h("h3", {}, whoIs(grant.to)), h("p", {}, `${grant.right}, ${from}`)),
        h("div", { class: "actions" }, typeof grant.inherited_from === "number" ? null : rowButton("Revoke", grant.to, revoke)));
    }

    /** @type {() => Promise<void>} */
    const draw = newest(() => get(`/collections/${one.id}/rights`), (grants) => {
      redraw(list, grants.length ? grants.map(entry) : h("li", { class: "hint" }, one.private ? "Nobody but its owner and managers of the library." : "It is open: what everybody may do follows from their role."));
    });

    /** @param {() => Promise<unknown>} call */
    async function act(call) {
      problem.textContent = "";
      try {
        await call();
        await draw();
      } catch (error) {
        problem.textContent = describe(error);
      }
    }

    const form = h("form", { class: "stack", onsubmit: (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const data = new FormData(form);
      const named = String(data.get("to")).trim();
      const body = /** @type {any} */ ({ to: named.includes(":") ? named : `user:${named}`, right: String(data.get("right")) });
      act(async () => {
        await put(`/collections/${one.id}/rights`, body);
        form.reset();
      });
    } }, h("label", {}, h("span", {}, "To whom"), to), known, choice("May", "right", RIGHTS), h("div", { class: "actions" }, h("button", { class: "primary" }, "Give"), h("button", { type: "button", onclick: close }, "Close")));
    draw().catch((error) => (problem.textContent = describe(error)));
    if (may("admin")) get("/users").then((users) => known.append(...users.map(({ name }) => h("option", { value: `user:${name}` }, name))), () => {});
    return h("div", { class: "stack" }, h("h2", { id: titleId }, `Rights on ${nameOf(one)}`),
      h("p", { class: "hint" }, "A right holds for the collections in it, too, and opens the assets that people put there."), list, form, problem);
  });
}
