// Steps from row to row of a list.

/**
 * How many positions it is to the box above (-1) or below (1) one: that in the next row whose middle is nearest. Where the row
 * is not there, as many as there are boxes in the row of this one.
 * @param {readonly Pick<DOMRect, "top" | "left" | "width">[]} boxes
 * @param {number} at
 * @param {1 | -1} way
 */
export function verticalStep(boxes, at, way) {
  const mine = boxes[at];
  const isSameRow = (/** @type {{ top: number }} */ one, /** @type {{ top: number }} */ other) => Math.abs(one.top - other.top) < 8;
  let next = at;
  while (boxes[next] && isSameRow(boxes[next], mine)) next += way;
  const columns = boxes.filter((box) => isSameRow(box, mine)).length;
  const row = boxes[next];
  if (!row) return way * columns;
  const middle = mine.left + mine.width / 2;
  let best = next;
  for (; boxes[next] && isSameRow(boxes[next], row); next += way) {
    const distance = (/** @type {number} */ index) => Math.abs(boxes[index].left + boxes[index].width / 2 - middle);
    if (distance(next) < distance(best)) best = next;
  }
  return best - at;
}
