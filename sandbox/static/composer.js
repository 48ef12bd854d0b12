// Where the customer writes. Enter sends, Shift+Enter breaks the line; a message may be edited instead.

import { $ } from "./dom.js";

let editing = null; // mid of the message under the pen

// `send(text, mid)`: mid is null for a new message.
export function listenForWords(send, sendPicture) {
  $("composer").onsubmit = (event) => {
    event.preventDefault();
    const text = $("words").value.trim();
    const mid = editing;
    if (!text) return;
    startAnew();
    send(text, mid);
  };
  $("words").onkeydown = (event) => {
    if (event.key === "Escape" && editing) startAnew();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("composer").requestSubmit();
  };
  $("send-picture").onclick = sendPicture;
  $("stop-editing").onclick = startAnew;
}

export function startEditing({ mid, text }) {
  editing = mid;
  $("editing").hidden = false;
  $("words").value = text;
  $("words").focus();
}

export function startAnew() {
  editing = null;
  $("editing").hidden = true;
  $("words").value = "";
}
