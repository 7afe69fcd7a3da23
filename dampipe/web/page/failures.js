// Failures: which files could not be processed, by cause: what happened, what helps, and a button that runs the stage again.

import { playerLink } from "./address.js";
import { explain, get, post } from "./api.js";
import { h, notice } from "./dom.js";
import { follow } from "./follow.js";
import { folder, name, plural } from "./format.js";
import { part, rowButton } from "./part.js";
import { may } from "./session.js";
import { page } from "./state.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("./part.js").Act} Act */
/** Failures of one kind with one cause. @typedef {{ key: string, kind: string, failures: Schemas["Failure"][] }} Cause */

const LIMIT = 500;
const SHOWN = 20;
const NAMED = 3;
/** What happened, and what helps where the failure itself does not say it, by kind. @type {Record<string, [string, string]>} */
const KINDS = {
  bad_media: ["Files that cannot be used", "The file is damaged or of a kind that cannot be read. Copy it again from the card, or leave it."],
  transient: ["A passing problem", "It is tried again automatically; retry it once the disk or the network is back."],
  unavailable: ["Something is missing on the workers", "Install or start what is missing, then retry."],
  permanent: ["A problem of dampipe or its settings", "Retry after the problem was mended."],
  missing: ["Lost previews and proxies", "They are made again automatically while the footage is there."],
  damaged: ["Damaged previews and proxies", "They are made again automatically while the footage is there."],
  mismatch: ["Files whose content has changed", "Size and time are as before and the content is not: the disk may be failing. Compare the file with a backup."],
  unreadable: ["Files that cannot be read any more", "Check the disk, and compare the file with a backup."],
};
/** Stages in plain words. @type {Record<string, string>} */
const STAGES = {
  hash: "while it was identified", probe: "while it was opened", preview: "while its preview was made", embed: "while it was made searchable by words",
  index: "while it was added to the index", proxy: "while its proxy was made", refine: "while its shots were refined", verify: "when it was read again", check: "when derivatives were checked",
};

/** Failures of one cause together, the largest first. @param {readonly Schemas["Failure"][]} found @returns {Cause[]} */
export function causes(found) {
  /** @type {Map<string, Cause>} */
  const groups = new Map();
  for (const failure of found) {
    const key = [failure.stage, failure.kind, failure.code || failure.reason].join(" ");
    const group = groups.get(key) ?? { key, kind: failure.kind, failures: [] };
    group.failures.push(failure);
    groups.set(key, group);
  }
  return [...groups.values()].sort((one, other) => other.failures.length - one.failures.length);
}

/** @param {Act} act @param {import("dampipe-api").Body<"post", "/retry">} selection */
const retry = (act, selection) => act(async () => {
  const { retried } = await post("/retry", selection);
  document.dispatchEvent(new Event("runs-changed"));
  return `${plural(retried, "stage")} will run again; what fails again is listed here.`;
});

const canRetry = (/** @type {Schemas["Failure"]} */ { stage }) => may("process") && !["verify", "check"].includes(stage);
/** The files of failures, as `POST /retry` names them. @param {readonly Schemas["Failure"][]} failures */
const subjects = (failures) => [...new Set(failures.map(({ asset, path }) => asset ?? path))];

/** @param {Schemas["Failure"]} failure @param {boolean} isSame whether its reason stands above already @param {boolean} isOnly @param {Act} act */
function file(failure, isSame, isOnly, act) {
  const { asset, path, again_at: again } = failure;
  const next = again ? `Next attempt ${new Date(again * 1000).toLocaleTimeString([], { timeStyle: "short" })}.` : "";
  const retryOne = () => retry(act, { what: subjects([failure]), stage: failure.stage });
  return h("li", {},
    h("div", {}, h("b", {}, asset ? h("a", { href: playerLink(asset) }, name(path)) : name(path)), h("small", {}, folder(path)),
      isSame ? null : h("small", { class: "reason" }, explain(failure.reason, failure.hint)), next ? h("small", {}, next) : null),
    canRetry(failure) && !isOnly ? rowButton("Retry", name(path), retryOne) : null);
}

/** The names of some files. @param {readonly Schemas["Failure"][]} failures */
function namesOf(failures) {
  const rest = failures.length - NAMED;
  return `${failures.slice(0, NAMED).map(({ path }) => name(path)).join(", ")}${rest > 0 ? ` and ${plural(rest, "other")}` : ""}`;
}

/** One cause. isShort: with the names of the first files only. @param {Cause} cause @param {Act} act @param {boolean} [isShort] */
export function causeItem({ key, kind, failures }, act, isShort = false) {
  const [first] = failures;
  const [title, helps] = KINDS[kind] ?? [kind, ""];
  const isSame = failures.every(({ reason }) => reason === first.reason);
  const where = STAGES[first.stage] ?? `in the stage ${first.stage}`;
  const files = h("ul", { class: "files" }, failures.slice(0, SHOWN).map((one) => file(one, isSame, failures.length === 1, act)));
  const rest = failures.length - SHOWN;
  const retryAll = () => retry(act, { what: subjects(failures), stage: first.stage, kinds: [kind] });
  return h("li", { class: "cause" },
    h("h3", {}, title, h("span", { class: "chip" }, plural(failures.length, "file"))),
    h("p", { class: "reason" }, isSame ? first.reason : `For example: ${first.reason}`, ` (${where})`),
    first.hint || helps ? h("p", { class: "helps" }, `What helps: ${first.hint || helps}`) : null,
    isShort ? h("p", { class: "soft" }, namesOf(failures)) : h("details", { open: failures.length <= 5 }, h("summary", {}, failures.length === 1 ? "The file" : "The files"), files,
      rest > 0 ? h("p", { class: "soft" }, `and ${plural(rest, "file")} more`) : null),
    canRetry(first) ? h("p", { class: "actions" },
      h("button", { type: "button", "data-key": `retry-${key}`, "aria-label": `Retry: ${title}, ${first.reason}`, onclick: retryAll }, failures.length === 1 ? "Retry" : `Retry all ${failures.length.toLocaleString()}`)) : null);
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
export async function failures(main, signal) {
  /** @type {(found: Schemas["Failure"][], act: Act) => import("./dom.js").Child[]} */
  const draw = (found, act) => {
    if (!found.length) return [notice("No failures.", "Every file that was found could be processed.")];
    const count = found.length < LIMIT ? plural(found.length, "failure") : `The latest ${plural(found.length, "failure")}`;
    return [h("p", { class: "soft" }, count), h("ul", { class: "causes" }, causes(found).map((cause) => causeItem(cause, act)))];
  };
  const button = (/** @type {Act} */ act) => (may("process") ? [h("button", { type: "button", "data-key": "retry-all", onclick: () => retry(act, {}) }, "Retry everything")] : []);
  const { element, refresh } = part("Failures", button, () => get("/failures", { limit: LIMIT }, signal), draw);
  await refresh();
  main.replaceChildren(element);
  page.watch(["counts"], () => refresh().catch(() => {}), signal);
  // What was retried here and fails again changes no count.
  follow(signal, ["stage.failed"], () => refresh().catch(() => {}));
}
