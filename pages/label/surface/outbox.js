// Answers that the server has not acknowledged yet. They survive a reload and a lost connection, and are sent again until
// they are acknowledged; the server counts a client id once.
class Outbox {
  constructor(place, send) {
    this.place = place
    this.send = send
    this.entries = this.stored()
    this.timer = setInterval(() => this.entries.length && Date.now() - this.sent > 2500 && this.push(), 500)
    this.sent = 0
  }
  stored() {
    try { return JSON.parse(localStorage.getItem(this.place)) || [] } catch { return [] }
  }
  keep() {
    try { localStorage.setItem(this.place, JSON.stringify(this.entries)) } catch { /* private mode: memory has to do */ }
  }
  add(entry) {
    this.entries.push({ client: crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`, ...entry })
    this.keep()
    this.push()
  }
  push() {
    this.sent = Date.now()
    this.send(this.entries)
  }
  acknowledge(ids) {
    const known = new Set(ids)
    this.entries = this.entries.filter((entry) => !known.has(entry.client))
    this.keep()
  }
  holds(task) {
    return this.entries.some((entry) => entry.task === task)
  }
  close() {
    clearInterval(this.timer)
  }
}
