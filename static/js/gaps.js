// Gaps in a reply: words in brackets, from a canned reply, where the console did not know a value.

// Return {start, end, gap} of each gap, in the order of the text.
export function gapsIn(text, gaps) {
  const places = gaps.flatMap((gap) => placesOf(gap, text).map((start) => ({ start, end: start + gap.length, gap })));
  return places.sort((a, b) => a.start - b.start);
}

function placesOf(gap, text) {
  const places = [];
  for (let at = text.indexOf(gap); at >= 0; at = text.indexOf(gap, at + gap.length)) places.push(at);
  return places;
}

// Select a gap, so that typing replaces it.
export function select(field, { start, end }) {
  field.focus();
  field.setSelectionRange(start, end);
}
