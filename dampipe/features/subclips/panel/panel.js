// Subclips in the player: the list of those of an asset, which can be made of in and out, played alone, edited, and gathered.

import { parseAddress } from "/page/address.js";
import { describe, get, post, remove } from "/page/api.js";
import { h, redraw } from "/page/dom.js";
import { doAndSay, showDone } from "/page/done.js";
import { follow, newest } from "/page/follow.js";
import { ask, field } from "/page/form.js";
import { plural } from "/page/format.js";
import { declareKeys } from "/page/keys.js";
import { menuButton } from "/page/menu.js";
import { may } from "/page/session.js";
import { changeSubclip, editSubclip } from "./edit.js";
import { exportSubclips } from "./export.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["SubclipReport"]} Subclip */
/** @typedef {import("/page/panels.js").Player} Player */

const keys = declareKeys("Subclips", { save: { keys: ["s"], does: "Save in to out as a subclip" } });
const LIMIT = 200;
/** Seconds by which a moment may miss the end of a range that is played alone. */
const SLACK = 0.0005;

/** Where a subclip is in the version that is shown, in seconds; null: it is not there. @param {Subclip} one @param {string} sha1 */
export function spanIn({ anchored_at, start, end, carried }, sha1) {
  if (anchored_at === sha1) return { start: start.seconds, end: end.seconds };
  return carried.start && carried.end ? { start: carried.start.seconds, end: carried.end.seconds } : null;
}

/** A time as people read it. @param {Schemas["TimeReport"]} time */
const code = ({ timecode, seconds }) => timecode ?? `${seconds.toFixed(2)} s`;

/** Plays a range and stops at its end, until another range is set. @param {Player} player */
function aloneOf(player) {
  /** @type {{ start: number, end: number } | null} */
  let alone = null;
  player.events.addEventListener("range", () => {
    const range = player.range();
    if (alone && (!range || Math.abs(range.start - alone.start) > SLACK || Math.abs(range.end - alone.end) > SLACK)) alone = null;
  }, { signal: player.signal });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  // By the clock, too: a busy machine does not draw every frame.
  const check = () => {
    clearTimeout(timer);
    const { frames, picture } = player;
    if (!alone || player.signal.aborted || !player.isPlaying() || !(picture instanceof HTMLVideoElement)) return;
    const lastFrame = frames ? Math.max(frames.frame(alone.start + SLACK), frames.frame(alone.end + SLACK) - 1) : 0;
    const last = frames ? frames.begin(lastFrame) : alone.end;
    const rest = (last - picture.currentTime) / (picture.playbackRate || 1);
    if (rest > SLACK) {
      timer = setTimeout(check, Math.min(200, rest * 1000 + 5));
      return;
    }
    player.pause();
    if (frames) player.seekFrame(lastFrame);
    else player.seek(alone.end);
  };
  for (const name of ["time", "play"]) player.events.addEventListener(name, check, { signal: player.signal });
  return (/** @type {{ start: number, end: number }} */ span, play = true) => {
    player.setRange(span);
    alone = span;
    player.seek(span.start);
    if (play && player.picture instanceof HTMLVideoElement) player.picture.play().catch(() => {});
  };
}

/** The dialog that adds subclips to a collection, of the feature of collections. @param {Subclip} one */
async function gather(one) {
  const address = "/page/panels/collections/panel.js";
  const { addToCollection } = await import(address);
  const done = await addToCollection({ body: { subclips: [one.id] }, count: 1 }, `Add ${one.name} to a collection`);
  if (done) showDone(done);
}

/** @param {Schemas["Details"]} asset @param {import("/page/panels.js").SectionContext} context */
export function sections(asset, { signal, player }) {
  if (player.kind !== "film" && player.kind !== "sound") return [];
  const { sha1 } = asset.video;
  const list = h("ol", { class: "subclips" });
  const tool = h("button", { type: "button", class: "of-range", hidden: true, title: "Save in to out as a subclip (S)", onclick: save }, "Save subclip …");
  if (may("edit")) player.addTool(tool);
  const hint = h("p", { class: "hint" });
  const button = h("button", { type: "button", "data-key": "save-subclip", onclick: save }, "Save in to out as a subclip");
  const exportButton = h("button", { type: "button", "data-key": "export-subclips", hidden: true, onclick: () => exportSubclips(asset.video, shown) }, "Export …");
  const element = h("section", { class: "asset-part", "data-tab": "Subclips" }, h("h3", {}, "Subclips"),
    h("div", { class: "actions" }, may("edit") ? [button, h("kbd", { "aria-hidden": "true" }, "S")] : null, exportButton), hint, list);
  const track = h("div", { class: "subclip-track" });
  player.addTrack(track, { label: "Subclips", order: 40 });
  const playAlone = aloneOf(player);
  /** @type {readonly Subclip[]} */
  let shown = [];

  function follows() {
    const range = player.range();
    button.disabled = tool.hidden = !range;
    hint.textContent = may("edit") && !range ? "Mark in (I) and out (O) below the picture; then save the range as a subclip (S)." : "";
    hint.hidden = !hint.textContent;
  }

  function save() {
    const range = player.range();
    if (!range || !may("edit")) return false;
    const wasPlaying = player.isPlaying();
    player.pause();
    ask("Save as a subclip", [field("Name", { name: "name", maxLength: 300, autofocus: true, autocomplete: "off" }), h("label", {}, h("span", {}, "Note"), h("textarea", { name: "note", rows: 2 }))], "Save", async ({ name, note }) => {
      await post(`/assets/${sha1}/subclips`, /** @type {any} */ ({ start: player.exact(range.start), end: player.exact(range.end), name, note }));
      await refresh();
      return () => {
        player.say(`Saved ${name}.`);
        if (wasPlaying && player.picture instanceof HTMLVideoElement) player.picture.play().catch(() => {});
      };
    });
    return true;
  }

  /** @param {Subclip} one */
  const undoDelete = (one) => doAndSay(async () => {
    const { edit } = await remove(`/subclips/${one.id}`);
    await refresh();
    return { done: `Deleted ${one.name}.`, ...(edit ? { undo: async () => {
      await post(`/edits/${edit}/undo`);
      await refresh();
      return `${one.name} is there again.`;
    } } : {}) };
  });

  /** @param {Subclip} one */
  function entry(one) {
    const span = spanIn(one, sha1);
    const values = Object.entries(one.fields ?? {}).map(([key, value]) => h("span", { class: "chip" }, `${key}: ${Array.isArray(value) ? value.join(", ") : value}`));
    const frames = one.start.frame !== null && one.end.frame !== null && one.start.frame !== undefined && one.end.frame !== undefined ? plural(one.end.frame - one.start.frame, "frame") : `${one.duration.toFixed(2)} s`;
    const jump = h("button", { type: "button", class: "jump", disabled: !span, "data-key": `subclip-${one.id}`, "aria-label": `Play ${one.name}`, onclick: () => span && playAlone(span) }, "▶");
    const toRange = async () => {
      const range = player.range();
      if (range) await changeSubclip(one, { start: player.exact(range.start), end: player.exact(range.end) }, `${one.name} has the frames from in to out.`, refresh);
    };
    const menu = () => [
      { label: "Play", act: () => span && playAlone(span) },
      span && { label: "Set in and out to it", act: () => player.setRange(span) },
      may("edit") && { label: "Edit …", act: () => editSubclip(one, refresh) },
      may("edit") && Boolean(player.range()) && one.anchored_at === sha1 && { label: "Give it the frames from in to out", act: () => doAndSay(toRange) },
      may("edit") && { label: "Add to collection …", act: () => gather(one).catch((problem) => showDone({ done: describe(problem) })) },
      may("export") && { label: "Export …", act: () => exportSubclips(asset.video, shown, [one.id]) },
      may("edit") && { label: "Delete", isDangerous: true, act: () => undoDelete(one) },
    ];
    return h("li", { class: "subclip" }, jump,
      h("div", { class: "what" }, h("h4", {}, one.name), h("p", {}, `${code(one.start)} – ${code(one.last)}, ${frames}`, one.carried.text ? h("em", {}, ` ${one.carried.text}`) : null),
        one.note ? h("p", { class: "note" }, one.note) : null, values.length ? h("p", {}, values) : null),
      menuButton(`What can be done with ${one.name}`, menu, { "data-key": `menu-subclip-${one.id}` }));
  }

  function drawTrack() {
    const { duration } = player;
    track.replaceChildren(...(duration ? shown.flatMap((one) => {
      const span = spanIn(one, sha1);
      if (!span) return [];
      const bar = h("div", { class: "span", title: one.name, "aria-hidden": "true", onclick: () => playAlone(span, false) }, one.name);
      bar.style.left = `${(span.start / duration) * 100}%`;
      bar.style.width = `${Math.max(0.2, ((span.end - span.start) / duration) * 100)}%`;
      return [bar];
    }) : []));
    track.hidden = !track.childElementCount;
  }

  let json = "";
  const read = newest(() => get(`/assets/${sha1}/subclips`, { limit: LIMIT }, signal), (found) => {
    if (signal.aborted || json === JSON.stringify(found)) return;
    json = JSON.stringify(found);
    shown = found.subclips;
    redraw(list, shown.map(entry));
    exportButton.hidden = !shown.length || !may("export");
    drawTrack();
    element.hidden = !shown.length && !may("edit");
  });
  const refresh = () => read().catch(() => {});

  const wanted = Number(parseAddress(location.hash).parameters.get("subclip"));
  if (wanted) {
    if (player.picture instanceof HTMLVideoElement) player.picture.autoplay = false; // it begins where the subclip does
    player.pause();
  }
  element.hidden = !may("edit");
  player.events.addEventListener("range", follows, { signal });
  follows();
  keys({ save: () => save() }, { signal, within: player.scope });
  refresh().then(() => {
    const one = shown.find(({ id }) => id === wanted);
    const span = one && spanIn(one, sha1);
    if (span) playAlone(span);
  });
  follow(signal, ["subclip.", "version."], refresh, { pause: 200 });
  return [element];
}
