// The language in which numbers and times are written: the page's, as it is written in the reader's region, and with the
// digits that the server writes. And the arrow keys, which point along the line of text or against it.

const { lang, dir } = document.documentElement;
const isSame = (other) => other.split("-")[0] === lang.split("-")[0];
const MIRRORED = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };

export const language = `${navigator.languages.find(isSame) ?? lang}-u-nu-latn`;

// The key by which a reader of a language from left to right would go the same way.
export const arrow = (key) => (dir === "rtl" && MIRRORED[key]) || key;
