// The entries of all outboxes, in this browser's IndexedDB: all tabs share them, and they outlive a crash. Their ids are in
// the order in which they were entered. A file is kept beside its entry, and read only when it is sent.

const VERSION = 1;

let opened = null;

export const entriesOf = (agent) => within("readonly", ({ entries }) => entries.index("agent").getAll(agent));

export const fileOf = ({ key }) => within("readonly", ({ files }) => files.get(key));

export const add = (entries, files) =>
  within("readwrite", (stores) => {
    for (const entry of entries) stores.entries.add(entry);
    for (const [key, file] of files) stores.files.add(file, key);
  });

// Look at an entry and change it, with no other tab in between. `verb` returns it as it is to be, null to remove it, or
// undefined to leave it, which is returned as well if it is gone.
export async function change({ id, key }, verb) {
  let after;
  await within("readwrite", ({ entries, files }) => {
    entries.get(id).onsuccess = ({ target }) => {
      after = target.result && verb(target.result);
      if (after) entries.put(after);
      if (after === null) entries.delete(id);
      if (after === null) files.delete(key);
    };
  });
  return after;
}

// It is written to the disk before this returns.
async function within(mode, work) {
  const transaction = (await database()).transaction(["entries", "files"], mode, { durability: "strict" });
  const request = work({ entries: transaction.objectStore("entries"), files: transaction.objectStore("files") });
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

function database() {
  opened ??= open();
  opened.catch(forget);
  return opened;
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("outbox", VERSION);
    request.onupgradeneeded = () => create(request.result);
    request.onsuccess = () => resolve(Object.assign(request.result, { onclose: forget }));
    request.onerror = () => reject(request.error);
  });
}

function create(created) {
  created.createObjectStore("entries", { keyPath: "id", autoIncrement: true }).createIndex("agent", "agent");
  created.createObjectStore("files");
}

const forget = () => (opened = null);
