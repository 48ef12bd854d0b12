// Where the customer writes. Enter sends, Shift+Enter breaks the line; a message may be edited or answered instead.

import { $ } from "./dom.js";

let about = null; // {verb: "edit" | "answer", message}: what the next words are for

// `send(text, about)`
export function listenForWords(send) {
  $("composer").onsubmit = (event) => {
    event.preventDefault();
    const text = $("words").value.trim();
    const what = about;
    if (!text) return;
    startAnew();
    send(text, what);
  };
  $("words").oninput = showSend;
  $("words").onkeydown = (event) => {
    if (event.key === "Escape" && about) startAnew();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("composer").requestSubmit();
  };
  $("stop-about").onclick = startAnew;
}

export function startEditing(message) {
  start({ verb: "edit", message }, "Editing your message", message.text);
}

export function startAnswering(message, title) {
  start({ verb: "answer", message }, title, $("words").value);
}

export function startAnew() {
  about = null;
  $("about").hidden = true;
  $("words").value = "";
  showSend();
}

function start(what, title, text) {
  about = what;
  $("about-title").textContent = title;
  $("about").hidden = false;
  $("words").value = text;
  $("words").focus();
  showSend();
}

// A thumb, until there are words to send; these want the room that other buttons take.
function showSend() {
  const isEmpty = !$("words").value.trim();
  $("send").hidden = isEmpty;
  $("send-like").hidden = !isEmpty;
  $("composer").classList.toggle("writing", !isEmpty);
}
