// Where the rows of a list of any length stand: all heights follow from the numbers of its buckets, so that nothing but these is kept.

/** One line of the list: a heading, or a row of cards. @typedef {{ y: number, bucket: number, first: number, count: number, isHead: boolean }} Line */

/** Sizes in CSS pixels. @typedef {{ columns: number, row: number, head: number }} Measures */

export class GridLayout {
  /** Where each bucket begins, and the end of the last one. @type {Float64Array} */
  #tops;
  /** The position of the first asset of each bucket, and the number of all. @type {Float64Array} */
  #firsts;

  /**
   * counts: how many assets each bucket has. head: 0 where buckets have no headings.
   * @param {readonly number[]} counts
   * @param {Measures} measures
   */
  constructor(counts, { columns, row, head }) {
    this.columns = Math.max(1, columns);
    this.row = row;
    this.head = head;
    this.#tops = new Float64Array(counts.length + 1);
    this.#firsts = new Float64Array(counts.length + 1);
    for (const [bucket, count] of counts.entries()) {
      this.#firsts[bucket + 1] = this.#firsts[bucket] + count;
      this.#tops[bucket + 1] = this.#tops[bucket] + head + Math.ceil(count / this.columns) * row;
    }
  }

  /** How many assets there are. */
  get total() {
    return this.#firsts[this.#firsts.length - 1];
  }

  /** How high all is. */
  get height() {
    return this.#tops[this.#tops.length - 1];
  }

  /** The bucket of a position. @param {number} position */
  bucketOf(position) {
    return last(this.#firsts, Math.min(Math.max(position, 0), Math.max(this.total - 1, 0)));
  }

  /** The bucket at a height. @param {number} y */
  bucketAt(y) {
    return last(this.#tops, Math.min(Math.max(y, 0), Math.max(this.height - 1, 0)));
  }

  /** The position of the first asset of a bucket. @param {number} bucket */
  firstOf(bucket) {
    return this.#firsts[bucket];
  }

  /** Where a bucket begins: its heading, where there is one. @param {number} bucket */
  topOfBucket(bucket) {
    return this.#tops[bucket];
  }

  /** Where the row of a position begins. @param {number} position */
  topOf(position) {
    const bucket = this.bucketOf(position);
    return this.#tops[bucket] + this.head + Math.floor((position - this.#firsts[bucket]) / this.columns) * this.row;
  }

  /** The column of a position. @param {number} position */
  columnOf(position) {
    return (position - this.#firsts[this.bucketOf(position)]) % this.columns;
  }

  /** The first position of the row at a height; of a heading, of the row below it. @param {number} y */
  positionAt(y) {
    if (!this.total) return 0;
    const bucket = this.bucketAt(y);
    const row = Math.max(0, Math.floor((Math.min(y, this.height - 1) - this.#tops[bucket] - this.head) / this.row));
    return Math.min(this.#firsts[bucket] + row * this.columns, this.#firsts[bucket + 1] - 1);
  }

  /**
   * The position that stands so many rows below (or, negative, above) another, in the same column where there is one.
   * @param {number} position
   * @param {number} rows
   */
  vertical(position, rows) {
    const column = this.columnOf(position);
    let bucket = this.bucketOf(position);
    let row = Math.floor((position - this.#firsts[bucket]) / this.columns) + rows;
    while (row < 0 && bucket > 0) row += this.#rowsOf(--bucket);
    while (row >= this.#rowsOf(bucket) && bucket < this.#firsts.length - 2) row -= this.#rowsOf(bucket++);
    if (row < 0 || row >= this.#rowsOf(bucket)) return row < 0 ? 0 : this.total - 1;
    return Math.min(this.#firsts[bucket] + row * this.columns + column, this.#firsts[bucket + 1] - 1);
  }

  /** The lines that lie, if only in part, between two heights. @param {number} from @param {number} to @returns {Line[]} */
  lines(from, to) {
    /** @type {Line[]} */
    const found = [];
    if (!this.total) return found;
    for (let bucket = this.bucketAt(from); bucket < this.#tops.length - 1 && this.#tops[bucket] < to; bucket++) {
      const [top, first, next] = [this.#tops[bucket], this.#firsts[bucket], this.#firsts[bucket + 1]];
      if (this.head && top + this.head > from) found.push({ y: top, bucket, first, count: next - first, isHead: true });
      const begin = top + this.head;
      for (let row = Math.max(0, Math.floor((from - begin) / this.row)); row < this.#rowsOf(bucket) && begin + row * this.row < to; row++) {
        const at = first + row * this.columns;
        found.push({ y: begin + row * this.row, bucket, first: at, count: Math.min(this.columns, next - at), isHead: false });
      }
    }
    return found;
  }

  /** @param {number} bucket */
  #rowsOf(bucket) {
    return Math.ceil((this.#firsts[bucket + 1] - this.#firsts[bucket]) / this.columns);
  }
}

/** The last place whose value is at most `wanted`, before the end of the last one. @param {Float64Array} ascending @param {number} wanted */
function last(ascending, wanted) {
  let [low, high] = [0, ascending.length - 2];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (ascending[middle] <= wanted) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
