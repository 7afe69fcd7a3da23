// The dialogs of share links: to share an asset, chosen assets or a collection, and to change a link. Other features open them by
// `share`, which they import from /page/panels/sharing/share.js.

import { describe, get, patch, post } from "/page/api.js";
import { copyButton } from "/page/clipboard.js";
import { announce, h } from "/page/dom.js";
import { ask, confirm, field, options } from "/page/form.js";
import { dateTime } from "/page/format.js";
import { may } from "/page/session.js";
import { ALLOWED, allowedText, countText, stateText } from "./links.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["ShareReport"]} Share */
/** @typedef {import("/page/selection.js").Chosen} Chosen */
/**
 * What is shared: an asset by its SHA-1, a collection by its number, or chosen assets, of which a collection is made. `name`: what
 * it is called.
 * @typedef {{ name: string } & ({ asset: string } | { collection: number } | { chosen: Chosen })} Target
 */

const SCOPES = { comment: "comment", download: "share", originals: "originals" };
const DAYS = [["1", "a day"], ["7", "a week"], ["14", "two weeks"], ["30", "30 days"], ["90", "90 days"], ["", "never"]];

/** The transitions of the workflow, as pairs of key and name. */
async function transitions() {
  const { transitions: found } = await get("/workflow").catch(() => ({ transitions: /** @type {Schemas["TransitionReport"][]} */ ([]) }));
  return found.map(({ key, label }) => [key, label]);
}

/** Names of transitions by their keys. */
export const namesOfMoves = async () => new Map(/** @type {[string, string][]} */ (await transitions()));

/** The whole address of a link. @param {string} address as the API gives it */
const wholeAddress = (address) => `${location.origin}${address}`;

/**
 * The fields of a link. share: that which is changed; null: a new one.
 * @param {Share | null} share
 * @param {string} name
 * @param {string[][]} moves
 */
function fields(share, name, moves) {
  const allow = ALLOWED.filter(([key]) => may(SCOPES[key]) || share?.allow.includes(key)).map((one) => [...one]);
  const days = h("select", { name: "days" }, share ? h("option", { value: "keep" }, share.expires_at ? `as now: ${dateTime(share.expires_at)}` : "as now: never") : null,
    DAYS.map(([value, text]) => h("option", { value, selected: !share && value === "14" }, value && share ? `${text} from now` : text)));
  return [
    field("Name", { name: "name", value: share?.name ?? name, maxLength: 200, autofocus: true, hint: "Guests see it." }),
    h("label", {}, h("span", {}, "Message to guests"), h("textarea", { name: "message", rows: 2, maxLength: 2000, value: share?.message ?? "" })),
    options("Guests may look, and", "allow", "checkbox", allow, share ? share.allow : ["comment"]),
    moves.length ? options("Guests may decide", "moves", "checkbox", moves, share?.moves ?? []) : null,
    h("div", { class: "beside" },
      h("label", {}, h("span", {}, "Expires after"), days),
      field("Openings at most", { name: "max_opens", type: "number", min: 1, max: 1_000_000, required: false, value: share?.max_opens ?? "", placeholder: "any number" })),
    field(share?.password ? "Another password" : "Password", { name: "password", required: false, minLength: 4, maxLength: 1000, autocomplete: "off",
      hint: share?.password ? "Leave it empty: the password stays." : "Leave it empty: none is needed." }),
    share?.password ? h("label", { class: "option" }, h("input", { type: "checkbox", name: "open" }), h("span", {}, "Without a password from now on")) : null,
  ];
}

/** What was given of a link, as the API takes it. @param {import("/page/form.js").Values} given */
const body = ({ name, message, allow, moves = [], max_opens }) => ({ name: name.trim(), message, allow, moves, max_opens: max_opens ? Number(max_opens) : null });

/**
 * Show the address of a link, which is shown only once.
 * @param {Schemas["ShareCreated"]} made
 * @param {import("/page/form.js").Values} [given]
 */
function showAddress(made, given = {}) {
  const code = h("code", { class: "secret", tabIndex: 0 }, wholeAddress(made.address));
  const password = given.password ? h("p", {}, "Its password is the one that you gave. Send it by another way than the link.") : null;
  announce("The link is made.");
  ask(`The link “${made.name}”`, [code,
    h("p", { class: "hint" }, "It is shown only now. Who has lost it makes a new address in the list of links."), password],
  "Done", async () => {}, { beside: [copyButton(code, "Copy", "primary")] });
}

/** Make a collection of chosen assets; resolves with its number. @param {string} name @param {Chosen} chosen */
async function collect(name, { body: assets }) {
  const { id } = await post("/collections", { name, parent: null, description: "", filters: null, sort: "", private: true });
  await post(`/collections/${id}/items`, /** @type {any} */ ({ ...assets, last: true }));
  return id;
}

/**
 * Change a link. `done` is called with what was done.
 * @param {Share} share
 * @param {(text: string) => unknown} done
 */
export async function changeLink(share, done) {
  const all = fields(share, share.name, await transitions());
  ask("Change the link", all, "Save", async (given) => {
    const change = {
      ...body(given), if_version: share.version,
      ...(given.days === "keep" ? {} : { days: given.days ? Number(given.days) : null }),
      ...(given.open ? { password: null } : given.password ? { password: given.password } : {}),
    };
    await patch(`/shares/${share.id}`, /** @type {any} */ (change));
    return () => done("The link is changed. Guests feel it at once.");
  }, { lists: ["allow", "moves"] });
}

/** Give a link another address. @param {Share} share @param {(text: string) => unknown} done */
export function renewLink(share, done) {
  confirm("Make a new address?", "The address of now is void then, and guests who are in have to open the new one.", "Make a new address", async () => {
    const made = await post(`/shares/${share.id}/renew`);
    return () => {
      showAddress(made);
      done("The link has a new address.");
    };
  });
}

/** Close a link, which an undo opens again. @param {Share} share */
export const revokeLink = (share) => post(`/shares/${share.id}/revoke`);

/**
 * A link in the list of the dialog.
 * @param {Share} share
 * @param {ReadonlyMap<string, string>} moves
 * @param {() => unknown} again draws the list again
 * @param {(text: string) => void} say
 */
function entry(share, moves, again, say) {
  const isOver = share.state === "revoked";
  const act = (/** @type {() => Promise<unknown>} */ call, /** @type {string} */ text) => async () => {
    try {
      await call();
      say(text);
    } catch (problem) {
      say(describe(problem));
    }
    again();
  };
  const done = (/** @type {string} */ text) => {
    say(text);
    again();
  };
  return h("li", { class: isOver ? "link over" : "link" },
    h("div", {}, h("strong", {}, share.name), h("small", {}, [
      allowedText(share, moves), stateText(share), share.password ? "with a password" : "", `opened ${countText(share)}`, share.opened_at ? `last ${dateTime(share.opened_at)}` : "",
      share.expires_at ? `until ${dateTime(share.expires_at)}` : ""].filter(Boolean).join(" · "))),
    isOver ? null : h("div", { class: "actions" },
      h("button", { type: "button", class: "small", "aria-label": `Change the link ${share.name}`, onclick: () => changeLink(share, done) }, "Change …"),
      h("button", { type: "button", class: "small", "aria-label": `New address of the link ${share.name}`, onclick: () => renewLink(share, done) }, "New address …"),
      h("button", { type: "button", class: "small", "aria-label": `Revoke the link ${share.name}`, onclick: act(() => revokeLink(share), "The link is closed.") }, "Revoke")));
}

/**
 * Open the dialog that shares something. `done` is called with a sentence after a link was made.
 * @param {Target} target
 * @param {(text: string) => unknown} [done]
 */
export async function share(target, done = () => {}) {
  const moves = await transitions();
  const names = new Map(/** @type {[string, string][]} */ (moves));
  const message = h("p", { role: "status", class: "hint" });
  const list = h("ul", { class: "links" });
  const known = h("details", { hidden: true }, h("summary", {}), list);
  const which = "asset" in target ? { asset: target.asset } : "collection" in target ? { collection: target.collection } : null;

  async function draw() {
    if (!which) return;
    const found = await get("/shares", { ...which, limit: 1000 }).catch(() => []);
    known.hidden = !found.length;
    const open = found.filter(({ state }) => state === "open").length;
    /** @type {HTMLElement} */ (known.firstElementChild).textContent = `It is shared already: ${found.length} ${found.length === 1 ? "link" : "links"}, ${open} open`;
    list.replaceChildren(...found.map((one) => entry(one, names, draw, (text) => (message.textContent = text))));
  }

  await draw();
  ask(`Share ${target.name}`, [known, message, ...fields(null, target.name, moves)], "Make a link", async (given) => {
    const collection = "chosen" in target ? await collect(given.name.trim(), target.chosen) : null;
    const made = await post("/shares", {
      ...body(given), asset: "asset" in target ? target.asset : null, collection: "collection" in target ? target.collection : collection,
      days: given.days ? Number(given.days) : null, password: given.password || null,
    });
    return () => {
      showAddress(made, given);
      done("The link is made.");
    };
  }, { lists: ["allow", "moves"] });
}
