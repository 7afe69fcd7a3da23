// Comments in the player, and the view of what waits for an answer.

import * as api from "/page/api.js";
import { h } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { declareKeys } from "/page/keys.js";
import { may } from "/page/session.js";
import { page } from "/page/state.js";
import { comments } from "./comments.js";
import { exchangeMenu } from "./exchange.js";
import { inbox } from "./inbox.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/** Milliseconds after an event until comments are read: those of an act come together, and others see it within a second. */
const SOON = 60;

const keys = declareKeys("Comments", {
  write: { keys: ["c"], does: "Comment at the frame in view" },
  draw: { keys: ["d"], does: "Draw on the frame in view" },
  next: { keys: ["Alt+ArrowDown"], does: "Go to the next comment" },
  previous: { keys: ["Alt+ArrowUp"], does: "Go to the comment before" },
});

/** @type {import("./writing.js").Api} */
const user = {
  get: api.get,
  post: api.post,
  patch: api.patch,
  remove: api.remove,
  describe: api.describe,
  isEnd: () => false, // a login is asked for, and the call is made again
  codeOf: (error) => api.problemOf(error),
};

/** Take back the newest edit with a summary. @param {string} summary */
async function undo(summary) {
  const edits = await api.get("/edits", { limit: 20 });
  const edit = edits.find((one) => one.summary === summary && one.undone_at === null);
  if (!edit) throw new Error("It was changed since, and cannot be taken back here.");
  await api.post(`/edits/${edit.id}/undo`);
}

/** Have the tab of an element of the player in front. @param {HTMLElement} element */
function openTab(element) {
  const panel = element.closest("[role=tabpanel]");
  if (panel instanceof HTMLElement && panel.hidden) document.getElementById(panel.getAttribute("aria-labelledby") ?? "")?.click();
}

/** The section of comments in the player. @param {Schemas["Details"]} asset @param {import("/page/panels.js").SectionContext} context */
export function sections(asset, { signal, player }) {
  const slot = h("div", { "data-tab": "Comments", class: "review" });
  const number = Number(page.state.address.parameters.get("comment")) || null;

  async function begin() {
    /** @type {Awaited<ReturnType<typeof comments>> | null} */
    let made = null;
    const done = (/** @type {string} */ text) => {
      message.textContent = text;
      made?.refresh();
    };
    const message = h("p", { role: "status", class: "hint" });
    made = await comments(player, {
      api: user, signal, mayComment: may("comment"), mayDelete: may("manage"), undo, chosen: number, more: [exchangeMenu(asset.video.sha1, done)],
    });
    if (signal.aborted) return;
    const { element, refresh, step, write, draw } = made;
    slot.replaceChildren(message, element);
    follow(signal, ["comment", "asset.settled", "version."], () => refresh().catch(() => {}), { pause: SOON });
    const then = (/** @type {() => unknown} */ act) => () => {
      openTab(slot);
      act();
    };
    if (number) openTab(slot);
    keys({ write: then(write), draw: then(draw), next: () => step(1), previous: () => step(-1) }, { signal, within: player.scope });
  }

  begin().catch((problem) => !signal.aborted && slot.replaceChildren(h("p", { class: "problem" }, api.describe(problem))));
  return [slot];
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/review", area: "work", order: 5, label: "Review", scope: "read", show: inbox }];
