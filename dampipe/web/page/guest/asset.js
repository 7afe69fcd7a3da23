// One asset: the player or picture, what may be saved, the moves of the workflow that the link allows, and comments beside it.

import { h, notice } from "../dom.js";
import { ask } from "../form.js";
import { bytes, facts } from "../format.js";
import { API, asProblem, derivative, describe, get, post, refusal } from "./api.js";
import { comments } from "/page/panels/review/comments.js";
import { asGuest } from "./api.js";
import { placeOf } from "./place.js";
import { screen } from "./screen.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/**
 * A button that saves a file, or says why it is not sent.
 * @param {string} text
 * @param {string} url
 * @param {string} name
 * @param {HTMLElement} message
 */
function saveButton(text, url, name, message) {
  /** @param {MouseEvent} event */
  async function save(event) {
    const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
    button.disabled = true;
    message.textContent = "";
    const problem = await refusal(url);
    button.disabled = false;
    if (problem?.isEnd) document.dispatchEvent(new Event("session-ended"));
    if (problem) message.textContent = describe(problem);
    else h("a", { href: url, download: name }).click();
  }
  return h("button", { type: "button", onclick: save }, text);
}

/** @param {Schemas["Details"]} asset @param {Schemas["GuestSession"]} session */
function downloads({ video }, { allow }) {
  const message = h("p", { class: "problem", role: "alert" });
  const find = (/** @type {string} */ kind) => video.derivatives.find((made) => made.kind === kind);
  const [proxy, poster] = [find("proxy"), find("poster")];
  const saved = proxy ?? (video.media?.kind === "still" ? poster : null);
  const buttons = [
    allow.includes("download") && saved
      ? saveButton(`Save ${proxy ? "proxy" : "picture"} (${bytes(saved.size)})`, `${derivative(video.sha1, saved.kind)}/download`, "", message) : null,
    allow.includes("originals")
      ? saveButton(`Save original (${bytes(video.size)})`, `${API}/assets/${video.sha1}/original`, video.name, message) : null,
  ].filter(Boolean);
  return buttons.length ? h("section", { class: "saving", "aria-label": "Downloads" }, h("div", { class: "actions" }, buttons), message) : null;
}

/**
 * The moves that the link allows.
 * @param {string} sha1
 * @param {Schemas["GuestSession"]} session
 * @param {AbortSignal} signal
 */
async function moves(sha1, session, signal) {
  if (!session.moves.length) return null;
  const message = h("p", { role: "status", class: "hint" });
  const state = h("span", { class: "chip" });
  const buttons = h("div", { class: "actions" });

  const move = (/** @type {string} */ transition, /** @type {string} */ comment = "") => post(`/assets/${sha1}/workflow/move`, { transition, comment });

  /** @param {Schemas["PossibleMove"]} one */
  async function go(one) {
    if (one.comment) {
      const text = h("textarea", { name: "comment", rows: 4, maxLength: 2000, required: true, autofocus: true });
      return ask(one.label, [h("label", {}, h("span", {}, "Why?"), text)], one.label, async ({ comment }) => {
        const now = await move(one.transition, comment);
        return () => draw(now, `It is ${one.to_label} now.`);
      });
    }
    try {
      return draw(await move(one.transition), `It is ${one.to_label} now.`);
    } catch (problem) {
      if (asProblem(problem).isEnd) return document.dispatchEvent(new Event("session-ended"));
      const now = await get(`/assets/${sha1}/workflow`, {}, signal).catch(() => null);
      return now ? draw(now, describe(problem)) : (message.textContent = describe(problem));
    }
  }

  /** @param {Schemas["PossibleMove"]} one */
  function control(one) {
    const text = one.comment ? `${one.label} …` : one.label;
    if (one.possible) return h("button", { type: "button", class: "primary", onclick: () => go(one) }, text);
    const why = one.reasons.map((reason) => `${reason.text}.`).join(" ");
    return h("div", { class: "refused" }, h("button", { type: "button", "aria-disabled": "true", onclick: () => (message.textContent = why) }, text), h("small", {}, why));
  }

  /** @param {Schemas["AssetWorkflow"]} item @param {string} [text] */
  function draw(item, text = "") {
    state.textContent = item.label;
    const hadFocus = buttons.contains(document.activeElement);
    buttons.replaceChildren(...item.moves.filter((one) => session.moves.includes(one.transition)).map(control));
    message.textContent = text;
    if (!hadFocus) return;
    message.tabIndex = -1;
    message.focus();
  }

  draw(await get(`/assets/${sha1}/workflow`, {}, signal));
  return h("section", { class: "moving", "aria-label": "Workflow" }, h("div", { class: "actions" }, state, buttons), message);
}

/**
 * Draw an asset into `view`. span: seconds of the part that is meant; both may be null.
 * @param {HTMLElement} view
 * @param {AbortSignal} signal
 * @param {Schemas["GuestSession"]} session
 * @param {string} sha1
 * @param {{ start?: number | null, end?: number | null }} span
 */
export async function asset(view, signal, session, sha1, span) {
  const [found, playback] = await Promise.all([get(`/assets/${sha1}`, {}, signal), get(`/versions/${sha1}/playback`, {}, signal)]);
  const { video } = found;
  const isOnly = session.asset !== null;
  const shown = screen(found, playback, span, signal);
  const mayComment = session.allow.includes("comment");
  const [moving, talk] = await Promise.all([
    moves(video.sha1, session, signal), mayComment ? comments(shown.player, { api: asGuest, signal, mayComment, isGuest: true }) : null]);
  if (talk) document.addEventListener("look-again", () => talk.refresh().catch((error) => asProblem(error).isEnd && document.dispatchEvent(new Event("session-ended"))), { signal });
  document.title = video.name === session.name ? video.name : `${video.name} – ${session.name}`;
  const back = isOnly ? null : h("nav", { class: "crumbs", "aria-label": "Above" }, h("a", { href: placeOf() }, session.name));
  const pending = found.runs.some((run) => ["pending", "running"].includes(run.state));
  view.append(...[
    back,
    isOnly && video.name === session.name ? null : h("h2", {}, video.name),
    h("div", { class: talk ? "viewing talked" : "viewing" },
      h("div", {}, shown.element,
        shown.isMissing ? notice(pending ? "It is being prepared." : "There is nothing of it to play.", pending ? "Come back in some minutes." : "Ask the one who sent the link.") : null,
        h("p", { class: "hint" }, facts(video)), moving, downloads(found, session)),
      talk?.element ?? null)].filter((one) => one !== null));
}
