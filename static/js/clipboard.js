// Copying and pasting. Browsers offer their clipboard interface under https only.

export function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

// Word and Excel put a picture of the text beside it: then the text is meant. File managers put the names of the files
// beside them, and some a picture of their icon: then the files of these names are meant, each once. A browser puts the
// address of a picture beside it: then the picture is meant.
export function pastedFiles(clipboard) {
  const files = [...clipboard.files];
  const lines = clipboard.getData("text/plain").split(/[\r\n]+/).filter((line) => line.trim());
  if (lines.every(isAddress)) return files;
  const names = lines.map(nameIn);
  const named = files.filter(({ name }) => names.includes(plain(name)) || names.includes(plain(name.replace(/\.[^.]+$/, ""))));
  return named.filter(({ name, size }, at) => named.findIndex((file) => file.name === name && file.size === size) === at);
}

const isAddress = (line) => /^https?:\S+$/.test(line.trim());

const plain = (name) => name.normalize("NFC").trim();

// text: a name, a path, or the address of a file.
function nameIn(line) {
  const last = line.trim().split("/").at(-1);
  return plain(line.startsWith("file:") ? decoded(last) : last);
}

// Not every program escapes a percent sign.
function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
