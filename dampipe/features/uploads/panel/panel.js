// The view of uploads: files and folders go into a managed source, in parts, and go on after whatever has interrupted them.

import { get, post, remove } from "/page/api.js";
import { announce, h, notice, redraw } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { choice, confirm, field } from "/page/form.js";
import { bytes, dateTime, length, plural } from "/page/format.js";
import { part, rowButton } from "/page/part.js";
import { chosen, dropped, isSystemFile } from "./picking.js";
import { isSending, leave, pause, resume, retry, sending, start, totals } from "./queue.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("./picking.js").Picked} Picked */

/** Reasons of files that were not imported, for people. @type {Record<string, string>} */
const REASONS = {
  not_media: "neither footage nor a sidecar of some", system_file: "left by an operating system", not_a_file: "no regular file",
  name_taken: "another file has its name, and it belongs to a clip or card", name_invalid: "the source cannot hold a file of that name",
  too_large: "too large for the file system of the source", copy_differs: "what was read back differs: the disk is faulty", unreadable: "it cannot be read",
};

/** The files that were chosen, by upload, so that failed ones can be tried again. @type {readonly Picked[]} */
let picked = [];

/** What is sent now. @param {HTMLElement} element @param {AbortSignal} signal */
function drawSending(element, signal) {
  let drawn = 0;
  const draw = () => {
    drawn = 0;
    const { items, isPaused, problem, speed, isImporting, upload } = sending.state;
    if (upload === null) return element.replaceChildren();
    const { sent, size } = totals();
    const complete = items.filter(({ state }) => state === "complete").length;
    const failed = items.filter(({ state }) => state === "failed");
    const rest = speed ? `, ${length((size - sent) / speed)} left at ${bytes(speed)}/s` : "";
    const shown = [...items.filter(({ state }) => state === "sending"), ...failed].slice(0, 12);
    return redraw(element,
      h("h3", {}, isImporting ? "Handing over to the import" : isPaused ? "Paused" : problem ? "Stopped" : "Sending"),
      h("progress", { max: size || 1, value: sent, "aria-label": "Sent" }),
      h("p", { "data-key": "sent" }, `${complete} of ${plural(items.length, "file")}, ${bytes(sent)} of ${bytes(size)}${isPaused || problem ? "" : rest}`),
      problem ? h("p", { class: "problem", role: "alert" }, problem) : null,
      shown.length ? h("ul", { class: "sending" }, shown.map((item) => h("li", { class: item.state }, h("span", {}, item.path),
        item.state === "failed" ? h("span", { class: "problem" }, item.problem) : h("progress", { max: item.size || 1, value: item.sent, "aria-label": item.path })))) : null,
      h("div", { class: "actions" },
        isPaused || problem ? h("button", { type: "button", class: "primary", "data-key": "pause", onclick: () => (problem || failed.length ? retry(picked) : resume()) }, "Go on")
          : h("button", { type: "button", "data-key": "pause", onclick: pause }, "Pause"),
        failed.length && !problem && !isPaused ? h("button", { type: "button", onclick: () => retry(picked) }, `Try ${plural(failed.length, "file")} again`) : null,
        h("button", { type: "button", onclick: leave }, "Stop, and continue later")));
  };
  // Drawn at most once a frame, and not while nothing is looked at.
  const later = () => (drawn ||= requestAnimationFrame(draw));
  sending.watch(["items", "isPaused", "problem", "upload", "isImporting"], later, signal);
  draw();
}

/** What has become of an upload. @param {Schemas["UploadReport"]} upload */
function outcome({ state, files, complete, bytes: size, received, counts, problem, set_aside: aside, import_state: importing }) {
  if (state === "open") return `${complete} of ${plural(files, "file")} complete, ${bytes(received)} of ${bytes(size)}. Choose the same files again to continue.`;
  if (!counts?.inputs && state === "importing") return `${plural(files, "file")}: the import begins.${problem ? ` ${problem}` : ""}`;
  if (!counts) return "";
  const sum = [`${counts.imported.toLocaleString()} imported`, counts.already_there ? `${counts.already_there.toLocaleString()} in the library before` : "",
    counts.set_aside ? `${counts.set_aside.toLocaleString()} not imported` : "", counts.pending ? `${counts.pending.toLocaleString()} to go` : ""].filter(Boolean).join(", ");
  const why = problem ? ` ${problem}` : "";
  if (state === "importing") return `Being copied and verified: ${sum}.${importing === "paused" ? " The import is paused." : ""}${why}`;
  return state === "kept" ? `${sum}.${why} What was uploaded is kept until it is deleted.` : `${sum}.${aside.length ? "" : " Every copy was read back and is right."}`;
}

/**
 * @param {Schemas["UploadReport"]} upload
 * @param {import("/page/part.js").Act} act
 * @param {(upload: Schemas["UploadReport"], isFolder: boolean) => void} again
 */
function item(upload, act, again) {
  const { number, to, state, set_aside: aside, created_at: at } = upload;
  const name = `upload ${number}`;
  const isMine = sending.state.upload === number;
  const askDelete = () => confirm(`Delete upload ${number}?`, state === "done" ? "Its files stay in the source." : "What was uploaded is deleted; files that are in the source stay there.", "Delete", async () => {
    await remove(`/uploads/${number}`);
    return () => act(() => `Upload ${number} is deleted.`);
  });
  const isComplete = state === "open" && upload.files > 0 && upload.complete === upload.files;
  return h("li", { class: "entry" },
    h("div", { class: "what" },
      h("h3", {}, `Upload ${number} into ${to}`),
      h("p", { class: `state ${state === "kept" ? "failing" : ""}` }, outcome(upload)),
      h("p", {}, dateTime(at)),
      aside.length ? h("details", {}, h("summary", {}, `${plural(aside.length, "file")} not imported`),
        h("ul", {}, aside.map(({ path, reason, detail }) => h("li", {}, `${path}: ${REASONS[reason] ?? reason.replaceAll("_", " ")}${detail ? ` (${detail})` : ""}`)))) : null),
    h("div", { class: "actions" },
      state === "open" && !isMine && !isComplete ? [rowButton("Continue with files …", name, () => again(upload, false)), rowButton("Continue with a folder …", name, () => again(upload, true))] : null,
      isComplete && !isMine ? rowButton("Import", name, () => act(async () => (await post(`/uploads/${number}/import`), `Upload ${number} is being imported.`))) : null,
      state !== "importing" && !isMine ? rowButton("Delete …", name, askDelete, { style: "danger" }) : null));
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function show(main, signal) {
  const sources = (await get("/sources", {}, signal)).filter(({ managed }) => managed);
  if (!sources.length) {
    main.replaceChildren(notice("No source takes uploads yet.", "Declare a source as managed, so that dampipe may write there: dampipe source add NAME PATH --managed"));
    return;
  }
  const files = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files to upload" });
  const folder = h("input", { type: "file", webkitdirectory: true, hidden: true, "aria-label": "Folder to upload" });
  const source = choice("Into the source", "to", sources.map(({ name }) => [name, name]));
  const pattern = field("Named by", { name: "pattern", required: false, placeholder: "{folder}/{name}", hint: "For example {shot_on:%Y/%m}/{camera}/{name}; empty: the folders stay as they are." });
  const status = h("p", { role: "status" });
  /** @type {number | null} */
  let continued = null;

  /** @param {readonly Picked[]} found @param {number} [unreadable] */
  async function take(found, unreadable = 0) {
    const wanted = found.filter(({ path }) => !isSystemFile(path));
    const upload = continued;
    continued = null;
    if (isSending()) return say("Wait until the files before are sent, or stop them.");
    if (!wanted.length) return say("There are no files to upload.");
    if (unreadable) say(`${plural(unreadable, "file or folder", "files or folders")} could not be read by the browser, and is left out.`);
    else say("");
    picked = wanted;
    try {
      const value = (/** @type {HTMLElement} */ element) => /** @type {HTMLInputElement} */ (element.querySelector("select, input")).value.trim();
      await start(upload, { to: value(source), pattern: value(pattern) }, wanted);
    } catch (problem) {
      const { message, hint = "" } = /** @type {Error & { hint?: string }} */ (problem);
      say([message, hint].filter(Boolean).join(" "));
    }
    return undefined;
  }

  function say(/** @type {string} */ text) {
    status.textContent = text;
    if (text) announce(text);
  }

  for (const input of [files, folder]) {
    input.addEventListener("change", () => {
      const found = chosen(input);
      input.value = "";
      take(found);
    });
  }
  const choose = (/** @type {HTMLInputElement} */ input) => ((continued = null), input.click());
  const zone = h("div", { class: "drop-zone" },
    h("p", {}, "Drop files and folders here, or"),
    h("div", { class: "actions" },
      h("button", { type: "button", class: "primary", onclick: () => choose(files) }, "Choose files …"),
      h("button", { type: "button", onclick: () => choose(folder) }, "Choose a folder …")),
    h("p", { class: "hint" }, "They are sent in parts and go on after an interruption. Then each is copied into the source, read back and compared; what the library has already is not copied again."));
  const over = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    event.stopPropagation(); // else the page searches by a picture that is dropped
    zone.classList.toggle("over", event.type === "dragover");
  };
  for (const name of /** @type {const} */ (["dragover", "dragleave"])) zone.addEventListener(name, over);
  zone.addEventListener("drop", async (event) => {
    over(event);
    continued = null;
    const { picked: found, unreadable } = await dropped(/** @type {DataTransfer} */ (event.dataTransfer));
    await take(found, unreadable);
  });

  const current = h("section", { class: "part upload-now", "aria-label": "What is sent now" });
  const again = (/** @type {Schemas["UploadReport"]} */ upload, /** @type {boolean} */ isFolder) => {
    (isFolder ? folder : files).click();
    continued = upload.number;
  };
  const draw = (/** @type {Schemas["UploadReport"][]} */ found, /** @type {import("/page/part.js").Act} */ act) => {
    const shown = found.filter(({ number, state }) => state !== "open" || number !== sending.state.upload);
    return shown.length ? h("ul", { class: "entries" }, shown.map((upload) => item(upload, act, again))) : h("p", { class: "hint" }, "Nothing was uploaded yet.");
  };
  const { element, refresh } = part("Your uploads", () => [], () => get("/uploads", {}, signal), draw);
  const fields = h("div", { class: "upload-fields" }, source, pattern);
  main.replaceChildren(h("section", { class: "part" }, h("div", { class: "bar" }, h("h2", {}, "Upload")), fields, zone, status, files, folder), current, element);
  drawSending(current, signal);
  await refresh();
  sending.watch(["upload", "isPaused"], () => refresh().catch(() => {}), signal);
  follow(signal, ["upload.", "import."], () => refresh().catch(() => {}));
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/upload", area: "work", order: 20, label: "Upload", scope: "upload", show }];
