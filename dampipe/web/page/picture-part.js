// A part of a picture that was dropped: it is cut out in the browser, since the picture is on no server.

import { h } from "./dom.js";
import { drawBox } from "./region.js";

/** The longest side of what is sent, in pixels: more than any model looks at. */
const SIDE = 1024;

/** Ask for a part of a picture in a dialog; resolves with that part as a picture, or null. @param {File} file @returns {Promise<File | null>} */
export async function askForPart(file) {
  const url = URL.createObjectURL(file);
  const image = h("img", { src: url, alt: "your picture" });
  const over = h("div", { class: "over-picture" }, image);
  const dialog = h("dialog", { class: "part-of-picture", "aria-labelledby": "part-title" },
    h("h2", { id: "part-title" }, "Search by a part of your picture"),
    h("p", { class: "hint" }, "Draw a box around it, or move the one that is there."), over);
  const closed = new AbortController();
  dialog.addEventListener("close", () => closed.abort());
  document.body.append(dialog);
  dialog.showModal();
  try {
    await image.decode();
    const box = await drawBox(over, closed.signal);
    return box && (await cut(image, box, file.name));
  } finally {
    dialog.close();
    dialog.remove();
    URL.revokeObjectURL(url);
  }
}

/** @param {HTMLImageElement} image @param {import("./region.js").Box} box @param {string} name @returns {Promise<File | null>} */
function cut(image, box, name) {
  const { naturalWidth: wide, naturalHeight: high } = image;
  const [width, height] = [Math.max(1, box.width * wide), Math.max(1, box.height * high)];
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const canvas = h("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
  canvas.getContext("2d")?.drawImage(image, box.left * wide, box.top * high, width, height, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob && new File([blob], name, { type: blob.type })), "image/png"));
}
