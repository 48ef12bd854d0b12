// The composer. Enter sends, Shift+Enter breaks the line; the text may also edit a message or reply to one.

import { $ } from "./dom.js";

let context = null; // {verb: "edit" | "reply", message}: the message to edit or to reply to

// `send(text, context)`
export function listenForMessages(send) {
  $("composer").onsubmit = (event) => {
    event.preventDefault();
    const text = $("message-text").value.trim();
    const sent = context;
    if (!text) return;
    resetComposer();
    send(text, sent);
  };
  $("message-text").oninput = showSend;
  $("message-text").onkeydown = (event) => {
    if (event.key === "Escape" && context) resetComposer();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("composer").requestSubmit();
  };
  $("cancel-reply").onclick = resetComposer;
}

export function startEditing(message) {
  start({ verb: "edit", message }, "Editing your message", message.text);
}

export function startReply(message, title) {
  start({ verb: "reply", message }, title, $("message-text").value);
}

export function resetComposer() {
  context = null;
  $("composer-context").hidden = true;
  $("message-text").value = "";
  showSend();
}

function start(newContext, title, text) {
  context = newContext;
  $("composer-context-title").textContent = title;
  $("composer-context").hidden = false;
  $("message-text").value = text;
  $("message-text").focus();
  showSend();
}

// A thumb, until there is text to send; the text needs the space of the other buttons.
function showSend() {
  const isEmpty = !$("message-text").value.trim();
  $("send").hidden = isEmpty;
  $("send-like").hidden = !isEmpty;
  $("composer").classList.toggle("writing", !isEmpty);
}
