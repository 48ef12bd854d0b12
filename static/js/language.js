// The language in which numbers and times are written: the page's, as it is written in the reader's region, and with the
// digits that the server writes. And the arrow keys, which point along the line of text or against it.

const { lang, dir } = document.documentElement;
const isSame = (other) => other.split("-")[0] === lang.split("-")[0];
const MIRRORED = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };

export const language = latin(navigator.languages.find(isSame) ?? lang);

function latin(tag) {
  try {
    return new Intl.Locale(tag, { numberingSystem: "latn" }).toString();
  } catch {
    return `${lang}-u-nu-latn`; // a browser may give a malformed tag, such as "en-US@posix"
  }
}

// The key by which a reader of a language from left to right would go the same way.
export const arrow = (key) => (dir === "rtl" && MIRRORED[key]) || key;
