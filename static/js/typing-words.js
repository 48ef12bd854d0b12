// The words “Ben is typing…” in a conversation's row and above its composer.

import { OfFaces } from "./colleague-faces.js";

class TypingWords extends OfFaces {
  show(faces) {
    const typing = faces.filter((face) => face.matches(".is-typing"));
    this.textContent = typing.map(({ title }) => title).join(" ");
  }
}

customElements.define("typing-words", TypingWords);
