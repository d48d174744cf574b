// Answers that the server has not acknowledged yet. They survive a reload and a lost connection, and are sent again until
// they are acknowledged; the server counts a client id once. Each tab keeps its own; a tab that starts takes over what closed ones left.
class Outbox {
  constructor(place, send, told) {
    this.place = place
    this.send = send
    this.told = told
    this.key = `${place}:${this.unique()}`
    this.entries = this.left()
    this.keep()
    this.sent = 0
    this.timer = setInterval(() => this.wait(), 500)
  }
  unique() {
    return crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`
  }
  left() {
    const found = new Map()
    try {
      for (const key of Object.keys(localStorage).filter((name) => name.startsWith(`${this.place}:`))) {
        for (const entry of JSON.parse(localStorage.getItem(key)) || []) found.set(entry.client, entry)
        localStorage.removeItem(key) // a tab that is open still writes its own again with its next answer
      }
    } catch { /* private mode, or not ours: memory has to do */ }
    return [...found.values()].sort((a, b) => (a.at || 0) - (b.at || 0))
  }
  keep() {
    try { localStorage.setItem(this.key, JSON.stringify(this.entries)) } catch { /* private mode: memory has to do */ }
  }
  wait() {
    if (this.entries.length && Date.now() - this.sent > 2500) this.push()
    const oldest = this.entries.length ? Date.now() - this.entries[0].at : 0
    this.told(oldest > 3000 ? this.entries.length : 0)
  }
  add(entry) {
    const client = this.unique()
    this.entries.push({ client, at: Date.now(), ...entry })
    this.keep()
    this.push()
    return client
  }
  push() {
    this.sent = Date.now()
    this.send(this.entries)
  }
  acknowledge(ids) {
    if (!ids.length) return
    const known = new Set(ids)
    this.entries = this.entries.filter((entry) => !known.has(entry.client))
    this.keep()
  }
  holds(task) {
    return this.entries.some((entry) => entry.task === task && entry.kind !== "undo")
  }
  close() {
    clearInterval(this.timer)
  }
}
