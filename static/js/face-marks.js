// The faces of colleagues who look at a conversation, in its row and in its header.

import { facesOf } from "./colleague-faces.js";
import { shownOn } from "./shown-on.js";

class FaceMarks extends shownOn("faces-changed") {
  show() {
    const html = facesOf(this.dataset.conversation).map((face) => face.outerHTML).join("");
    if (this.innerHTML !== html) this.innerHTML = html;
  }
}

customElements.define("face-marks", FaceMarks);
