// Types of metadata fields, as queries treat them.

/** Of a text `:` means a part of it. */
export const TEXTS = new Set(["text", "long_text", "person", "label", "url"]);
/** Types of which one asks for a span. */
export const SPANS = new Set(["number", "rating", "date"]);
