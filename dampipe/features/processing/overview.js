// What a day in the library begins with: what came in, what waits for one, what failed and what helps, and what is going on.

import { derivative, get, post } from "/page/api.js";
import { bars } from "/page/charts.js";
import { h, notice } from "/page/dom.js";
import { causeItem, causes } from "/page/failures.js";
import { bytes, dateTime, plural } from "/page/format.js";
import { part, rowButton } from "/page/part.js";
import { showParts } from "/page/parts.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

const DAYS = 14;
const NEWEST = 12;
const CAUSES = 3;
/** @param {string} date */
const dayName = (date) => new Date(`${date}T00:00`).toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" });

/** @param {AbortSignal} signal */
function cameIn(signal) {
  const read = async () => ({
    arrivals: await get("/arrivals", { days: DAYS, minutes_east: -new Date().getTimezoneOffset() }, signal),
    newest: await get("/assets", { limit: NEWEST }, signal),
  });
  const draw = (/** @type {Awaited<ReturnType<typeof read>>} */ { arrivals: { days, sources }, newest }) => {
    if (!newest.length) return notice("Nothing has come in yet.", may("scan") ? "Scan a folder, or import a card." : "", may("scan") ? h("a", { class: "button", href: "#/scans" }, "Scan a folder") : null);
    const today = sources.flatMap(({ source, files }) => (files[DAYS - 1] ? [`${files[DAYS - 1].toLocaleString()} from ${source}`] : []));
    const size = sources.reduce((sum, one) => sum + one.bytes, 0);
    return [
      h("p", { class: "soft" }, today.length ? `Today: ${today.join(", ")}. ` : "Nothing came in today. ", size ? `${bytes(size)} in ${DAYS} days.` : ""),
      h("div", { class: "arrivals" }, newest.map(({ sha1, name, derivatives }) => h("a", { href: `#/asset/${sha1}` },
        h("div", { class: "thumb" }, derivatives.some(({ kind }) => kind === "poster") ? h("img", { src: derivative(sha1, "poster", derivatives), alt: "", loading: "lazy" }) : null), h("span", {}, name)))),
      bars(`Files of the last ${DAYS} days`, days.map(dayName), sources.map(({ source, files }) => ({ name: source, values: files })), "file"),
    ];
  };
  const made = part("What came in", () => (may("manage") ? [h("a", { class: "button", href: "#/imports" }, "Import …")] : []), read, draw);
  made.element.classList.add("span");
  return made;
}

/** @param {number} count @param {string} title @param {string} address @param {...import("/page/dom.js").Child} lines */
const todo = (count, title, address, ...lines) =>
  h("li", { class: count ? "todo" : "todo none" }, h("b", {}, count.toLocaleString()), h("div", {}, h("h3", {}, h("a", { href: `#${address}` }, title)), ...lines));

/** @param {AbortSignal} signal */
function waits(signal) {
  /** @type {<T>(asked: Promise<T[]>) => Promise<T[]>} */
  const orNone = (asked) => asked.catch(() => []); // without a workflow there are no tasks, and without a login no mentions
  const read = async () => {
    const [tasks, mentions, tags, vocabularies] = await Promise.all([
      orNone(get("/workflow/tasks", { limit: 100 }, signal)), orNone(get("/comments/mentions", {}, signal)),
      orNone(get("/machine-tags/review", { limit: 50 }, signal)), orNone(get("/vocabularies", {}, signal)),
    ]);
    return { tasks, mentions, tags: tags.length, proposed: vocabularies.reduce((sum, one) => sum + one.proposed, 0) };
  };
  const draw = (/** @type {Awaited<ReturnType<typeof read>>} */ { tasks, mentions, tags, proposed }, /** @type {Act} */ act) => {
    const overdue = tasks.filter((one) => one.overdue).length;
    const markRead = () => act(async () => (await post("/comments/mentions/read", { comments: null }), "All mentions are read."));
    return h("ul", {},
      todo(tasks.length, "Tasks", "/tasks", h("p", {}, tasks.length ? tasks.slice(0, 3).map(({ name, label }) => `${name} (${label})`).join(", ") : "Nothing is assigned to you."),
        overdue ? h("p", { class: "problem" }, `${plural(overdue, "task is", "tasks are")} overdue.`) : null),
      todo(mentions.length, "Mentions", mentions.length ? `/asset/${mentions[0].asset}` : "/work",
        ...mentions.slice(0, 3).map((one) => h("p", {}, h("a", { href: `#/asset/${one.asset}` }, `${one.author_name} on ${one.asset_name}`), `: ${one.text.slice(0, 120)}`)),
        mentions.length ? h("p", {}, rowButton("Mark as read", "all mentions", markRead)) : h("p", {}, "Nobody asks for you.")),
      todo(tags, "Machine tags to review", "/machine-tags", h("p", {}, tags ? "Accept or reject what the model has found." : "The model proposes nothing.")),
      may("manage") ? todo(proposed, "Proposed terms", "/vocabularies", h("p", {}, proposed ? "People have proposed terms for vocabularies." : "Nobody proposes a term.")) : null);
  };
  return part("What waits for you", () => [], read, draw);
}

/** @param {AbortSignal} signal */
function failed(signal) {
  const draw = (/** @type {Schemas["Failure"][]} */ found, /** @type {Act} */ act) => {
    if (!found.length) return h("p", { class: "soft" }, "Nothing failed.");
    const groups = causes(found);
    const more = groups.length - CAUSES;
    return [h("ul", { class: "causes" }, groups.slice(0, CAUSES).map((cause) => causeItem(cause, act, true))),
      h("p", {}, h("a", { href: "#/failures" }, more > 0 ? `The files, and ${plural(more, "other cause")}` : "The files"))];
  };
  return part("What failed, and what helps", () => [], () => get("/failures", { limit: 500 }, signal), draw);
}

/** @param {AbortSignal} signal */
function goingOn(signal) {
  const read = async () => ({ scans: (await get("/scans", { limit: 5 }, signal)), imports: may("manage") ? await get("/imports", { limit: 5 }, signal).catch(() => []) : [] });
  const draw = (/** @type {Awaited<ReturnType<typeof read>>} */ { scans, imports }) => {
    const open = imports.filter(({ state }) => !["done", "failed", "cancelled"].includes(state));
    const walked = scans.filter((scan) => scan.active > scan.deferred || ["waiting", "walking", "paused"].includes(scan.state));
    const items = [
      ...open.map((one) => h("li", { class: "scan" }, h("h3", {}, h("a", { href: `#/imports?number=${one.number}` }, `Import ${one.number} · ${one.origin}`)),
        h("progress", { max: one.counts.inputs || undefined, value: one.counts.inputs ? one.counts.inputs - one.counts.pending : undefined, "aria-label": `Import ${one.number}` }),
        h("p", {}, `${one.state}: ${(one.counts.inputs - one.counts.pending).toLocaleString()} of ${plural(one.counts.inputs, "file")}`))),
      ...walked.map((scan) => {
        const [ended, total] = [scan.done + scan.failed, scan.done + scan.failed + scan.active];
        return h("li", { class: "scan" }, h("h3", {}, h("a", { href: `#/scans?scan=${scan.scan}` }, `Scan ${scan.scan} · ${scan.paths.join(", ")}`)),
          h("progress", { max: total || undefined, value: total ? ended : undefined, "aria-label": `Scan ${scan.scan}` }),
          h("p", {}, total ? `${ended.toLocaleString()} of ${plural(total, "file")} processed` : `${plural(scan.found, "file")} found so far`));
      }),
    ];
    const [last] = scans;
    return items.length ? h("ul", {}, items) : h("p", { class: "soft" }, last ? `Nothing. The last scan was on ${dateTime(last.created_at)}: ${plural(last.found, "file")}, ${last.new.toLocaleString()} new.` : "Nothing, and nothing was scanned yet.");
  };
  return part("Going on", () => (may("scan") ? [h("a", { class: "button", href: "#/scans" }, "Scan …")] : []), read, draw);
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
export async function overview(main, signal) {
  const parts = [cameIn(signal), ...(may("status") ? [failed(signal)] : []), waits(signal), ...(may("status") ? [goingOn(signal)] : [])];
  await showParts(main, signal, parts, {
    follows: ["asset.", "stage.failed", "workflow.", "comment.", "machinetag.", "vocabulary.", "import."], withStatus: true, container: h("div", { class: "overview" }),
  });
}
