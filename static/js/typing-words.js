// The words “Ben is typing…” in a conversation's row and above its composer.

import { facesOf } from "./colleague-faces.js";
import { shownOn } from "./shown-on.js";

class TypingWords extends shownOn("faces-changed") {
  show() {
    const typing = facesOf(this.dataset.conversation).filter((face) => face.matches(".is-typing"));
    this.textContent = typing.map(({ title }) => title).join(" ");
  }
}

customElements.define("typing-words", TypingWords);
