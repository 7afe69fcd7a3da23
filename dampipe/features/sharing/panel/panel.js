// Sharing by links: a button in the player, an act on chosen assets, and the view of one's links.

import { describe, get, post } from "/page/api.js";
import { writeAddress } from "/page/address.js";
import { h, notice, redraw } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { dateTime, plural } from "/page/format.js";
import { rowButton, table } from "/page/part.js";
import { may } from "/page/session.js";
import { allowedText, countText, stateText } from "./links.js";
import { changeLink, namesOfMoves, renewLink, revokeLink, share } from "./share.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/** A button above the picture. @param {Schemas["Details"]} asset @param {import("/page/panels.js").SectionContext} context */
export function sections({ video }, { player }) {
  if (may("share")) player.addTool(h("button", { type: "button", onclick: () => share({ asset: video.sha1, name: video.name }, player.say) }, "Share …"));
  return [];
}

/** Take back the newest edit with a summary. @param {string} summary */
async function undo(summary) {
  const edit = (await get("/edits", { limit: 20 })).find((one) => one.summary === summary && one.undone_at === null);
  if (edit) await post(`/edits/${edit.id}/undo`);
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function links(main, signal) {
  const message = h("p", { role: "status", class: "hint" });
  const body = h("div");
  const all = h("input", { type: "checkbox", name: "everybody", onchange: () => draw() });
  const closed = h("input", { type: "checkbox", name: "closed", onchange: () => draw() });
  const option = (/** @type {HTMLElement} */ box, /** @type {string} */ text) => h("label", { class: "option" }, box, h("span", {}, text));
  main.replaceChildren(h("section", { class: "stack wide" }, h("div", { class: "bar" }, h("h2", {}, "Share links"), may("manage") ? option(all, "Of everybody") : null, option(closed, "Also closed ones")), message, body));
  const moves = await namesOfMoves();

  /** @param {string} text */
  function done(text) {
    message.textContent = text;
    draw();
  }

  /** @param {Schemas["ShareReport"]} one */
  async function revoke(one) {
    try {
      await revokeLink(one);
      message.replaceChildren("The link is closed. ", h("button", { type: "button", class: "small", onclick: async () => {
        await undo(`revoke the share link ${one.name}`).catch((problem) => (message.textContent = describe(problem)));
        done("The link is open again.");
      } }, "Undo"));
    } catch (problem) {
      message.textContent = describe(problem);
    }
    await draw();
  }

  /** @param {Schemas["ShareReport"]} one */
  const target = (one) => (one.asset ? h("a", { href: writeAddress(`/asset/${one.asset}`) }, one.name)
    : one.collection ? h("a", { href: writeAddress("/collections", { collection: one.collection }) }, one.name) : one.name);

  /** @param {Schemas["ShareReport"]} one */
  const row = (one) => [
    h("span", {}, target(one), one.password ? h("small", { class: "chip" }, "password") : null),
    allowedText(one, moves), stateText(one),
    [countText(one), one.opened_at ? `last ${dateTime(one.opened_at)}` : ""].filter(Boolean).join(", "),
    one.expires_at ? dateTime(one.expires_at) : "never",
    ...(all.checked ? [one.created_by.replace(/^user:/, "")] : []),
    one.state === "revoked" ? "" : h("span", { class: "actions" },
      rowButton("Change …", one.name, () => changeLink(one, done)), rowButton("New address …", one.name, () => renewLink(one, done)), rowButton("Revoke", one.name, () => revoke(one))),
  ];

  async function draw() {
    const found = await get("/shares", { limit: 1000, ...(all.checked ? { everybody: true } : {}) }, signal);
    if (signal.aborted) return;
    const shown = found.filter(({ state }) => closed.checked || state === "open");
    const headings = ["Link", "Guests may", "State", "Opened", "Expires", ...(all.checked ? ["By"] : []), ""];
    redraw(body, shown.length ? table(headings, shown.map(row))
      : notice(found.length ? "No link is open." : "Nothing is shared.", "An asset is shared from its player, and a collection from its view."));
  }

  await draw();
  follow(signal, ["share."], () => draw().catch(() => {}));
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/shares", area: "work", order: 40, label: "Share links", scope: "share", show: links }];

/** @type {readonly import("/page/panels.js").BulkAct[]} */
export const bulkActs = [{
  key: "share", label: "Share …", scope: "share", order: 60,
  async run(chosen) {
    const [first] = "assets" in chosen.body ? chosen.body.assets : [];
    if (chosen.count === 1 && first) {
      const { video } = await get(`/assets/${first}`);
      await share({ asset: first, name: video.name });
    } else {
      await share({ chosen, name: `${plural(chosen.count, "asset")}, ${new Date().toLocaleDateString()}` });
    }
    return null;
  },
}];
