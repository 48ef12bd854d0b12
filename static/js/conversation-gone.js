// Replaces a conversation that the agent may no longer see: says why it is gone, and keeps what the agent was writing.

export function showGone(list) {
  const pane = list.closest("#pane");
  const written = [...pane.querySelectorAll(".composer-field, .note-composer-field")].map(({ value }) => value.trim());
  pane.replaceChildren(document.getElementById("conversation-gone").content.cloneNode(true));
  const text = pane.querySelector("textarea");
  text.value = written.filter(Boolean).join("\n\n");
  text.parentElement.hidden = !text.value;
  document.title = pane.querySelector("h1").textContent;
  pane.querySelector("h1").focus();
  htmx.process(pane);
}
