// What could not be brought to its end, why, and the button that lets it start afresh.

import { get, post } from "./api.js";
import { h, notice } from "./dom.js";
import { name, plural } from "./format.js";

const MOST = 500;
const kinds = { bad_media: "the file's fault", transient: "a passing fault", permanent: "dampipe's fault", mismatch: "bit rot", unreadable: "the disk's fault, it may be" };

export async function failures(main, signal) {
  const said = h("p", { role: "status" });

  async function retry(event, what) {
    event.target.disabled = true;
    try {
      const { retried } = await post("/retry", what);
      await show();
      said.textContent = `${plural(retried, "stage")} will run again.`;
    } catch (problem) {
      event.target.disabled = false;
      said.textContent = [problem.message, problem.hint].filter(Boolean).join(" ");
    }
  }

  function row(failure) {
    const again = failure.again_at ? `, tried again ${new Date(failure.again_at * 1000).toLocaleTimeString()}` : "";
    return h("tr", {},
      h("td", { class: "path", title: failure.path }, name(failure.path)),
      h("td", {}, failure.stage),
      h("td", {}, failure.reason, h("small", {}, ` (${kinds[failure.kind] ?? failure.kind}${again})`)),
      h("td", {}, failure.stage === "verify" ? null : h("button", { onclick: (event) => retry(event, { what: [failure.asset ?? failure.path], stage: failure.stage }) }, "Retry")));
  }

  async function show() {
    const all = await get("/failures", { limit: MOST }, signal);
    if (!all.length) {
      main.replaceChildren(said, notice("Nothing has failed."));
      return;
    }
    const head = h("thead", {}, h("tr", {}, ["file", "stage", "reason", ""].map((title) => h("th", { scope: "col" }, title))));
    const everything = h("button", { onclick: (event) => retry(event, {}) }, "Retry all");
    main.replaceChildren(h("div", { class: "bar" }, h("h2", {}, `${all.length < MOST ? "" : "the latest "}${plural(all.length, "failure")}`), everything), said,
      h("table", { class: "failures" }, head, h("tbody", {}, all.map(row))));
  }

  await show();
}
