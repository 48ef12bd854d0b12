// Send, Close and Back to the bot say how far the agent has read, so that a message which comes at that moment is not lost.

const fill = (field) => {
  const seen = document.querySelector("message-list")?.dataset.seen;
  if (field && seen) field.value = Math.max(field.value, seen);
};

// This runs before htmx reads the form. In the dialog the field was set when the form came: messages that come behind it
// are not seen.
document.addEventListener("submit", ({ target }) => target.closest("form-dialog") ?? fill(target.elements.seen), true);

export { fill };
