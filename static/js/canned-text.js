// The text of a canned reply. A variable stands in double braces; all else is left as it was written.

const VARIABLE = /\{\{([^{}]*)\}\}/g;

export const fill = (text, values) => text.replace(VARIABLE, (whole, name) => values[name.trim()] ?? whole);
