// Sends the files of one upload, some at a time; it goes on while other views are shown.

import { API } from "/page/endpoint.js";
import { get, post } from "/page/api.js";
import { Store } from "/page/store.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("./picking.js").Picked} Picked */
/** @typedef {{ path: string, size: number, sent: number, state: "waiting" | "sending" | "complete" | "failed", problem: string, url: string | null }} Item */

const AT_ONCE = 3;
const RETRIES = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000, 60_000];
/** Milliseconds over which the speed is measured. */
const WINDOW = 10_000;

/** What is being sent: `upload` its number, or null. isPaused: by the person. problem: why all of it stopped. */
export const sending = new Store({
  upload: /** @type {number | null} */ (null), items: /** @type {readonly Item[]} */ ([]), isPaused: false, problem: "", speed: 0, isImporting: false,
});

/** @type {Array<{ picked: Picked, item: Item }>} */
let waiting = [];
/** @type {Set<{ abort: () => Promise<unknown>, picked: Picked, item: Item }>} */
const running = new Set();
/** @type {Array<[number, number]>} time and bytes sent until then */
let measured = [];

/** Whether something would be lost by leaving the page. */
export const isSending = () => sending.state.upload !== null;
addEventListener("beforeunload", (event) => {
  if (isSending() && !sending.state.isImporting) event.preventDefault();
});

/** Bytes that were sent, and all bytes. */
export function totals() {
  let [sent, size] = [0, 0];
  for (const item of sending.state.items) [sent, size] = [sent + item.sent, size + item.size];
  return { sent, size };
}

function told() {
  const { sent } = totals();
  const now = performance.now();
  measured.push([now, sent]);
  measured = measured.filter(([at]) => now - at < WINDOW);
  const [[since, before]] = measured;
  sending.set({ items: [...sending.state.items], speed: now > since ? ((sent - before) * 1000) / (now - since) : 0 });
}

/** @param {number} upload @param {number} file */
const addressOf = (upload, file) => `${location.origin}${API}/uploads/${upload}/files/${file}`;

/** What the server has of an upload, by path. @param {number} upload */
async function known(upload) {
  /** @type {Map<string, Schemas["UploadFileReport"]>} */
  const found = new Map();
  for (let after = 0; ;) {
    const page = /** @type {Schemas["UploadFileReport"][]} */ (await get(`/uploads/${upload}/files`, { after }));
    for (const file of page) [after] = [file.number, found.set(file.path, file)];
    if (page.length < 1000) return found;
  }
}

/**
 * Send files, and have them imported once all of them are there. upload: to continue, or null for a new one into `to`.
 * @param {number | null} upload
 * @param {{ to: string, pattern: string }} where
 * @param {readonly Picked[]} picked
 */
export async function start(upload, where, picked) {
  const number = upload ?? (await post("/uploads", where)).number;
  const there = upload === null ? new Map() : await known(number);
  const added = picked.map((one) => {
    const before = there.get(one.path);
    const isSame = before && before.size === one.file.size && Math.round(before.modified * 1000) === one.file.lastModified;
    const isComplete = Boolean(isSame && before.received === before.size);
    /** @type {Item} */
    const item = { path: one.path, size: one.file.size, sent: isSame ? before.received : 0, state: isComplete ? "complete" : "waiting", problem: "",
      url: isSame ? addressOf(number, before.number) : null };
    return { picked: one, item, isComplete };
  });
  // What was chosen before and is not among these files is shown, so that nobody takes the upload for complete.
  const names = new Set(picked.map(({ path }) => path));
  const missing = [...there.values()].filter(({ path, received, size }) => !names.has(path) && received < size)
    .map(({ path, received, size }) => ({ path, size, sent: received, state: /** @type {const} */ ("failed"), problem: "It is not among the files that were chosen.", url: null }));
  measured = [];
  waiting = added.filter(({ isComplete }) => !isComplete);
  sending.set({ upload: number, items: [...added.map(({ item }) => item), ...missing], isPaused: false, problem: "", speed: 0, isImporting: false });
  pump();
  if (!waiting.length) await finish();
}

function pump() {
  const { isPaused, problem } = sending.state;
  while (!isPaused && !problem && running.size < AT_ONCE && waiting.length) send(/** @type {{ picked: Picked, item: Item }} */ (waiting.shift()));
}

/** @param {{ picked: Picked, item: Item }} one */
async function send({ picked, item }) {
  const upload = sending.state.upload;
  const entry = { abort: async () => {}, picked, item };
  running.add(entry);
  item.state = "sending";
  const { DetailedError, Upload } = await import("/page/vendor/tus-js-client.js"); // only those who upload load it
  /** @param {Error} error */
  const failed = (error) => {
    const body = error instanceof DetailedError ? error.originalResponse?.getBody() : "";
    const status = error instanceof DetailedError ? error.originalResponse?.getStatus() : undefined;
    let detail = "";
    try {
      detail = body ? JSON.parse(body).detail : "";
    } catch {
      detail = "";
    }
    running.delete(entry);
    item.state = "failed";
    item.problem = detail || (status ? `The server answered with status ${status}.` : "The server does not answer, or the file has changed since it was chosen.");
    if (status === 507 || status === 401 || status === 403 || !status) sending.set({ problem: item.problem });
    told();
    over();
  };
  const task = new Upload(picked.file, {
    endpoint: `${location.origin}${API}/uploads/${upload}/files`,
    uploadUrl: item.url, // of a file that was begun before: the server says how much of it it has
    onUploadUrlAvailable: () => (item.url = task.url),
    metadata: { path: item.path, modified: String(picked.file.lastModified) },
    retryDelays: RETRIES,
    storeFingerprintForResuming: false, // the server knows what it has
    removeFingerprintOnSuccess: true,
    onShouldRetry: (error) => ![401, 403, 404, 413, 422, 507].includes(error.originalResponse?.getStatus() ?? 0),
    onProgress: (sent) => ((item.sent = sent), told()),
    onError: failed,
    onSuccess: () => {
      running.delete(entry);
      item.state = "complete";
      item.sent = item.size;
      told();
      over();
    },
  });
  entry.abort = () => task.abort();
  task.start();
}

function over() {
  pump();
  if (!running.size && !waiting.length) finish();
}

/** Have the files imported, if all of them are there. */
async function finish() {
  const { upload, items, isImporting } = sending.state;
  if (upload === null || isImporting || items.some(({ state }) => state !== "complete")) return;
  sending.set({ isImporting: true });
  try {
    await post(`/uploads/${upload}/import`);
    sending.set({ upload: null, items: [], isImporting: false });
  } catch (error) {
    sending.set({ isImporting: false, problem: error instanceof Error ? error.message : String(error) });
  }
}

/** Stop for a while. What was sent stays. */
export function pause() {
  sending.set({ isPaused: true, speed: 0 });
  for (const entry of running) {
    entry.abort();
    entry.item.state = "waiting";
    waiting.unshift(entry);
  }
  running.clear();
  told();
}

/** Go on after a pause, or try again what has failed. */
export function resume() {
  sending.set({ isPaused: false, problem: "" });
  measured = [];
  pump();
  over();
}

/** Try failed files again; they have to be those that this page has chosen. @param {readonly Picked[]} picked */
export function retry(picked) {
  const byPath = new Map(picked.map((one) => [one.path, one]));
  for (const item of sending.state.items) {
    const again = byPath.get(item.path);
    if (item.state === "failed" && again) [item.state, item.problem] = ["waiting", waiting.push({ picked: again, item }) ? "" : ""];
  }
  resume();
}

/** Leave the upload as it is; it can be continued with the same files later. */
export function leave() {
  pause();
  waiting = [];
  sending.set({ upload: null, items: [], isPaused: false, problem: "", isImporting: false });
}
