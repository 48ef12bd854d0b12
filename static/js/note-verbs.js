// The verbs of a note, for its author alone: the console renders a note once for all who look.

import { agent } from "./csrf.js";

class NoteVerbs extends HTMLElement {
  connectedCallback() {
    this.hidden = this.dataset.author !== agent;
  }
}

customElements.define("note-verbs", NoteVerbs);
