// The title of a section of the queue, without its number. Saved views have one heading above them all, and so a smaller one each.

export const titleOf = (section) => section.querySelector("h2, h3").firstChild.textContent.trim();
