// Events that the page dispatches on the document, for things that happen; what is so at a time stands in state.js.

import type { Schemas } from "dampipe-api";

declare global {
  interface DocumentEventMap {
    /** An event of the server, as its stream tells it. */
    "server-event": CustomEvent<Schemas["Event"]>;
    /** The asset in the player has changed; its details. */
    "asset-changed": CustomEvent<Schemas["Details"]>;
    /** Runs were started here. */
    "runs-changed": Event;
    /** A sentence for the person, which is shown for a while. */
    "page-message": CustomEvent<string>;
    /** Assets were edited here, in bulk or by an undo: lists may show them again. */
    "assets-edited": Event;
    "logged-in": CustomEvent<null>;
    /** On the page of guests: see what is new; the session of the guest has ended. */
    "look-again": Event;
    "session-ended": Event;
  }
}
