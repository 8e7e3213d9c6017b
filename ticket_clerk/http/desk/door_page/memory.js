// What a door keeps on its phone: the list of tickets that are no good, and whom it let in offline.

const PLACE = "door:";

/** The memory of one show's door; it stays when the page is closed. */
export class Memory {
  constructor(show) {
    this.show = show;
    this.place = PLACE + show;
    this.kept = JSON.parse(localStorage.getItem(this.place)) ?? { list: null, waiting: [] };
  }

  /** The memories of all shows whose door this phone kept, the given one among them. */
  static allWith(own) {
    const shows = Object.keys(localStorage)
      .filter((place) => place.startsWith(PLACE))
      .map((place) => place.slice(PLACE.length));
    const others = shows.filter((show) => show !== own.show).map((show) => new Memory(show));
    return [own, ...others];
  }

  get list() {
    return this.kept.list;
  }

  /** Those who were let in offline and of whom the server doesn't know yet. */
  get waiting() {
    return this.kept.waiting;
  }

  keepList(list) {
    this.kept.list = list;
    for (const { ticket } of this.waiting) list.refused[ticket] = "used";
    this.#store();
  }

  /** Remember somebody who was let in, until the server knows. */
  letIn(entry) {
    this.kept.waiting.push(entry);
    // Until the next list comes.
    this.kept.list.refused[entry.ticket] = "used";
    this.#store();
  }

  isWaiting(code) {
    return this.waiting.some((entry) => entry.code === code);
  }

  /** Forget those of whom the server knows now. */
  forget(entries) {
    const known = new Set(entries.map((entry) => entry.key));
    this.kept.waiting = this.waiting.filter((entry) => !known.has(entry.key));
    this.#store();
  }

  #store() {
    localStorage.setItem(this.place, JSON.stringify(this.kept));
  }
}

/** This phone's name in reports: random, and the same every time. */
export function deviceName() {
  const name = localStorage.getItem("door-device") ?? `door-${randomKey().slice(0, 6)}`;
  localStorage.setItem("door-device", name);
  return name;
}

/** A key that is nobody else's. */
export function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}
