// The faces of colleagues who look at a conversation, in its row and in its header.

import { OfFaces } from "./colleague-faces.js";

class FaceMarks extends OfFaces {
  show(faces) {
    const html = faces.map((face) => face.outerHTML).join("");
    if (this.innerHTML !== html) this.innerHTML = html;
  }
}

customElements.define("face-marks", FaceMarks);
