// The store of a browser without IndexedDB: one tab alone has it, and loses it when it is closed.

class Request {
  constructor(result) {
    this.result = result;
    queueMicrotask(() => this.onsuccess?.({ target: this }));
  }
}

class Store {
  values = new Map();
  last = 0;

  get = (key) => new Request(this.values.get(key));

  put = (value, key = value.id) => new Request(this.values.set(key, value) && key);

  add = (value, key) => (key ? this.put(value, key) : this.put({ ...value, id: ++this.last }));

  delete = (key) => new Request(void this.values.delete(key));

  index = (name) => ({ getAll: (wanted) => new Request([...this.values.values()].filter((value) => value[name] === wanted)) });
}

export const memoryOf = (names) => Object.fromEntries(names.map((name) => [name, new Store()]));

// Resolves when everything that follows from its requests is done.
export async function withinMemory(memory, work) {
  const request = work(memory);
  await new Promise((resolve) => setTimeout(resolve));
  return request?.result;
}
