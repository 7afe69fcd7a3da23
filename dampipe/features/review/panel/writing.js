// What people write: a comment at the frame in view, on a span or about all of it, with a drawing; and short forms for replies
// and edits. The page of guests uses the same.

import { h } from "/page/dom.js";
import { timecode } from "/page/format.js";
import { drawingTools } from "./drawing.js";
import { withMentions } from "./mentions.js";

/** @typedef {import("/page/panels.js").Player} Player */

/**
 * How the server is asked: as a user or as a guest. describe: an error in one line. isEnd: whether the session has ended.
 * parameters: of an error of the API.
 * @typedef {object} Api
 * @property {(path: string, parameters?: any, signal?: AbortSignal) => Promise<any>} get
 * @property {(path: string, body?: any) => Promise<any>} post
 * @property {(path: string, body?: any) => Promise<any>} patch
 * @property {(path: string) => Promise<any>} remove
 * @property {(error: unknown) => string} describe
 * @property {(error: unknown) => boolean} isEnd
 * @property {(error: unknown) => { code: string, parameters: Record<string, any> }} codeOf
 */

const MOST = 10_000; // characters
/** @type {Map<string, string>} */
const drafts = new Map(); // by SHA-1: a text that was not sent, kept while another asset is shown

/** The time code of a moment, or its time. @param {Player} player @param {number} seconds */
export function labelOf({ frames }, seconds) {
  return frames?.label(frames.frame(seconds + 1e-4)) ?? timecode(seconds);
}

/** A span as people read it: up to its last frame. @param {Player} player @param {number} start @param {number | null} end */
export function spanText(player, start, end) {
  const first = labelOf(player, start);
  if (end === null) return first;
  const { frames } = player;
  const last = frames ? frames.label(Math.max(frames.frame(start + 1e-4), frames.frame(end + 1e-4) - 1)) : timecode(end);
  return last && last !== first ? `${first} – ${last}` : first;
}

/**
 * @typedef {object} TextForm
 * @property {Api} api
 * @property {string} label
 * @property {string} [text]
 * @property {string} button
 * @property {(text: string) => Promise<unknown>} send
 * @property {((error: unknown) => Node | null) | null} [refused] what is shown of an error instead of its text
 * @property {(() => void) | null} [cancel]
 * @property {(Node | null)[]} [between]
 * @property {Node[]} [beside]
 * @property {number} [rows]
 * @property {boolean} [isRequired]
 * @property {(() => Promise<string[]>) | null} [names] people to mention
 */

/**
 * A form with one text. `send` gets it; where that fails, the form stays and says why. cancel: null for a form that stays.
 * @param {TextForm} settings
 */
export function textForm({ api, label, text = "", button, send, refused = null, cancel = null, between = [], beside = [], rows = 3, isRequired = true, names = null }) {
  const area = h("textarea", { name: "text", rows, maxLength: MOST, required: isRequired, value: text });
  const problem = h("div", { class: "problem", role: "alert" });
  const submit = h("button", { class: "primary" }, button);
  const form = h("form", { class: "stack" }, h("label", {}, h("span", {}, label), area), names ? withMentions(area, names) : null, ...between, problem,
    h("div", { class: "actions" }, submit, ...beside, cancel ? h("button", { type: "button", onclick: cancel }, "Cancel") : null));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    problem.textContent = "";
    try {
      await send(area.value);
    } catch (error) {
      if (api.isEnd(error)) document.dispatchEvent(new Event("session-ended"));
      problem.replaceChildren(refused?.(error) ?? api.describe(error));
    }
    submit.disabled = false;
    if (form.isConnected && document.activeElement === document.body) area.focus(); // a disabled button loses the focus
  });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    else if (event.key === "Escape" && cancel) {
      event.preventDefault();
      event.stopPropagation();
      cancel();
    }
  });
  return form;
}

/**
 * The time that a comment is about: the frame in view, the part between in and out, or none.
 * @param {Player} player
 * @param {AbortSignal} signal
 */
function timeOfComment(player, signal) {
  /** @type {number | null} */
  let held = null; // seconds: where the text was begun
  const line = h("p", { class: "hint when", title: "Mark in and out (I, O) to comment on a part" });
  const isWhole = h("input", { type: "checkbox", onchange: () => show() });
  const clear = h("button", { type: "button", class: "small", title: "Write about the frame in view", onclick: () => reset() }, "Clear");

  function show() {
    const range = player.range();
    line.textContent = isWhole.checked ? "About all of it."
      : range ? spanText(player, range.start, range.end).replace(/^(.*?)(?: – (.*))?$/, (_, first, last) => (last ? `From ${first} to ${last}.` : `At ${first}.`))
      : `At ${labelOf(player, held ?? player.time())}${held === null ? ", the frame in view" : ""}.`;
    clear.hidden = !range && held === null;
  }

  function reset() {
    held = null;
    if (player.range()) player.setRange(null);
    show();
  }

  for (const name of ["time", "range"]) player.events.addEventListener(name, show, { signal });
  player.events.addEventListener("range", () => player.range() && (isWhole.checked = false, show()), { signal });
  show();
  return {
    line: h("div", { class: "actions" }, line, clear),
    option: h("label", { class: "option" }, isWhole, h("span", {}, "About all of it")),
    hold() {
      if (held !== null || isWhole.checked || player.range()) return;
      held = player.time();
      show();
    },
    release() {
      held = null;
      show();
    },
    isAtFrame() {
      isWhole.checked = false;
      show();
    },
    reset() {
      isWhole.checked = false;
      reset();
    },
    body() {
      if (isWhole.checked) return {};
      const range = player.range();
      return range ? { start: player.exact(range.start), end: player.exact(range.end) } : { start: player.exact(held ?? player.time()) };
    },
  };
}

/**
 * The form for a new comment; `send` gets the body of the request. `begin` puts the focus into it, `draw` begins a drawing.
 * @param {Player} player
 * @param {import("./drawing.js").Layer} layer
 * @param {{ api: Api, signal: AbortSignal, isGuest: boolean, names: (() => Promise<string[]>) | null, send: (body: any) => Promise<unknown> }} settings
 */
export function composer(player, layer, { api, signal, isGuest, names, send }) {
  const { sha1 } = player.asset.video;
  const hasTime = (player.kind === "film" || player.kind === "sound") && player.duration > 0;
  const time = hasTime ? timeOfComment(player, signal) : null;
  const tools = player.kind === "film" || player.kind === "still" ? drawingTools(layer, signal, () => changed()) : null;
  const pen = tools && h("button", { type: "button", "aria-pressed": "false", onclick: () => (tools.isOn() ? stop() : draw()) }, "Draw");
  const team = isGuest ? null : h("input", { type: "checkbox" });
  const teamLabel = team && h("label", { class: "option" }, team, h("span", {}, "Only for the team"));
  const form = textForm({
    api, names, label: "Your comment", text: drafts.get(sha1) ?? "", button: "Comment", beside: pen ? [pen] : [],
    rows: 2,
    between: [tools?.element ?? null, time?.line ?? null, h("div", { class: "actions" }, time?.option ?? null, teamLabel)],
    async send(text) {
      const drawing = tools?.sketch.drawing;
      await send({ text, ...(time?.body() ?? {}), ...(drawing ? { drawing } : {}), ...(team?.checked ? { audience: "team" } : {}) });
      drafts.delete(sha1);
      area.value = "";
      stop();
      time?.reset();
    },
  });
  const area = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));

  function changed() {
    area.required = tools?.sketch.isEmpty ?? true; // a drawing says enough
    if (!tools?.sketch.isEmpty) time?.isAtFrame();
  }

  function draw() {
    if (!tools || tools.isOn()) return;
    player.pause();
    time?.hold();
    time?.isAtFrame();
    tools.begin();
    pen?.setAttribute("aria-pressed", "true");
    layer.element.scrollIntoView({ block: "nearest" });
  }

  function stop() {
    tools?.end();
    pen?.setAttribute("aria-pressed", "false");
    if (!area.value) time?.release();
  }

  area.addEventListener("input", () => {
    if (!drafts.get(sha1) && area.value) {
      player.pause(); // what is said is about the frame at which it was begun
      time?.hold();
    }
    if (area.value) drafts.set(sha1, area.value);
    else {
      drafts.delete(sha1);
      if (!tools?.isOn()) time?.release();
    }
  });
  // The drawing is about the frame on which it was begun.
  player.events.addEventListener("play", () => tools?.isOn() && tools.sketch.isEmpty && stop(), { signal });
  return {
    element: form,
    draw,
    isDrawing: () => tools?.isOn() ?? false,
    begin: () => area.focus(),
  };
}
