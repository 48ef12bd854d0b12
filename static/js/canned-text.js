// The text of a canned reply. A variable stands in double braces; all else is left as it was written.

const VARIABLE = /\{\{([^{}]*)\}\}/g;

export const fill = (text, values) =>
  text.replace(VARIABLE, (whole, name) => (Object.hasOwn(values, name.trim()) ? values[name.trim()] : whole));

// Return a line about the parts of the reply beside its text.
export const extrasOf = ({ files, quick_replies }) =>
  [...files.map(({ name }) => name), ...(quick_replies.match(/.+/g) ?? []).map((title) => `[${title}]`)].join(" · ");
