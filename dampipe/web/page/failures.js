// Failures: which files could not be processed, why, and buttons that run the failed stage again.

import { playerLink } from "./address.js";
import { describe, explain, get, post } from "./api.js";
import { h, notice } from "./dom.js";
import { follow, newest } from "./follow.js";
import { folder, name, plural } from "./format.js";
import { may } from "./session.js";
import { page } from "./state.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

const LIMIT = 500;
/** @type {Record<string, string>} */
const kinds = {
  bad_media: "problem of the file", transient: "temporary problem", permanent: "problem of dampipe or its configuration",
  missing: "a lost derivative is made again automatically while the footage is there", damaged: "a damaged derivative is made again automatically while the footage is there",
  mismatch: "the content differs from its checksum: compare it with a backup", unreadable: "check the disk, or compare it with a backup",
};

/** @param {HTMLElement} main @param {AbortSignal} signal */
export async function failures(main, signal) {
  const message = h("p", { role: "status" });
  const read = newest(() => get("/failures", { limit: LIMIT }, signal));
  let lastShown = "";

  /** @param {MouseEvent} event @param {import("dampipe-api").Body<"post", "/retry">} selection */
  async function retry(event, selection) {
    const button = /** @type {HTMLButtonElement} */ (event.target);
    button.disabled = true;
    try {
      const { retried } = await post("/retry", selection);
      await show();
      message.textContent = `${plural(retried, "stage")} will run again; what fails again is listed here.`;
      document.dispatchEvent(new Event("runs-changed"));
    } catch (problem) {
      button.disabled = false;
      message.textContent = describe(problem);
    }
  }

  /** @param {Schemas["Failure"]} failure */
  function row(failure) {
    const next = failure.again_at ? `, next attempt ${new Date(failure.again_at * 1000).toLocaleTimeString()}` : "";
    const selection = { what: [failure.asset ?? failure.path], stage: failure.stage };
    return h("tr", {},
      h("td", { class: "path", title: failure.path }, failure.asset ? h("a", { href: playerLink(failure.asset) }, name(failure.path)) : name(failure.path),
        h("small", {}, folder(failure.path))),
      h("td", {}, failure.stage),
      h("td", { class: "reason" }, explain(failure.reason, failure.hint), h("small", {}, ` (${kinds[failure.kind] ?? failure.kind}${next})`)),
      h("td", {}, !may("process") || ["verify", "check"].includes(failure.stage) ? null : h("button", { onclick: (event) => retry(event, selection) }, "Retry")));
  }

  async function show() {
    const found = await read();
    const json = JSON.stringify(found);
    if (found === undefined || json === lastShown) return; // drawing again would lose a selection of text
    lastShown = json;
    if (!found.length) {
      main.replaceChildren(message, notice("No failures."));
      return;
    }
    const head = h("thead", {}, h("tr", {}, ["file", "stage", "reason", ""].map((title) => h("th", { scope: "col" }, title || h("span", { class: "unseen" }, "what can be done")))));
    const retryAll = h("button", { onclick: (event) => retry(event, {}) }, "Retry all");
    main.replaceChildren(h("div", { class: "bar" }, h("h2", {}, `${found.length < LIMIT ? "" : "Latest "}${plural(found.length, "failure")}`), may("process") ? retryAll : null), message,
      h("table", { class: "failures" }, head, h("tbody", {}, found.map(row))));
  }

  await show();
  page.watch(["counts"], () => show().catch(() => {}), signal);
  // What was retried here and fails again changes no count.
  follow(signal, ["stage.failed"], () => show().catch(() => {}));
}
