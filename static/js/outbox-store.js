// The entries of all outboxes, in this browser's IndexedDB: all tabs share them, and they outlive a crash. Their ids are
// in the order in which they were entered. A file is kept beside its entry, and read only when it is sent. A browser
// without IndexedDB keeps them in the memory of a tab, which the page says.

import { memoryOf, withinMemory } from "./outbox-memory.js";

const VERSION = 1;
const STORES = ["entries", "files", "turns"];

let opened = null;
let hasOpened = false;
let memory = null;

export const isInMemory = () => Boolean(memory);

export const entriesOf = (agent) => within("readonly", ({ entries }) => entries.index("agent").getAll(agent));

export const fileOf = ({ key }) => within("readonly", ({ files }) => files.get(key));

export const add = (entries, files) =>
  within("readwrite", (stores) => {
    for (const entry of entries) stores.entries.add(entry);
    for (const [key, file] of files) stores.files.add(file, key);
  });

// Look at an entry and change it, with no other tab in between. `verb` returns the new entry, null to remove it, or
// undefined to leave it. Return what `verb` returned, undefined if the entry was gone.
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

// Let a tab have the turn until this moment, unless another has it. Return whether it does.
export async function claim(name, tab, until) {
  let isOurs;
  await within("readwrite", ({ turns }) => {
    turns.get(name).onsuccess = ({ target: { result: turn } }) => {
      isOurs = !turn || turn.tab === tab || turn.until < Date.now();
      if (isOurs) turns.put({ tab, until }, name);
    };
  });
  return isOurs;
}

export const giveBack = (name) => within("readwrite", ({ turns }) => turns.delete(name));

// Resolves when the change is written to the disk.
async function within(mode, work) {
  const found = await database().catch(giveUp);
  if (!found) return withinMemory(memory, work);
  const transaction = found.transaction(STORES, mode, { durability: "strict" });
  const request = work(Object.fromEntries(STORES.map((name) => [name, transaction.objectStore(name)])));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

async function database() {
  if (memory) return null;
  opened ??= open();
  opened.catch(forget);
  return opened;
}

// A store that worked before will work again, and has entries in it.
function giveUp(error) {
  if (hasOpened) throw error;
  memory ??= memoryOf(STORES);
  return null;
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("outbox", VERSION);
    request.onupgradeneeded = () => create(request.result);
    request.onsuccess = () => resolve(ready(request.result));
    request.onerror = () => reject(request.error);
  });
}

function create(created) {
  created.createObjectStore("entries", { keyPath: "id", autoIncrement: true }).createIndex("agent", "agent");
  created.createObjectStore("files");
  created.createObjectStore("turns");
}

const ready = (found) => ((hasOpened = true), Object.assign(found, { onclose: forget }));

const forget = () => (opened = null);
