// One sample, one key. The next sample is drawn before the server has answered; a key counts only for a sample that is on the screen.
const surfaces = new WeakMap()
const LAST = 20 // answers that can be taken back

class Surface {
  constructor(root, data) {
    this.root = root
    this.find = (what) => root.querySelector(what)
    this.waiting = []
    this.history = []
    this.answered = new Set()
    this.wanted = {}
    this.visible = false
    this.inARow = 0
    this.spent = 0
    this.timed = 0
    this.today = 0
    this.place = `lifecycle-goal:${data.place}`
    this.outbox = new Outbox(`lifecycle-outbox:${data.place}`, () => this.say(), (late) => this.connection(late))
    this.lens = new Lens(this.find(".frame"), this.find(".lens"))
    this.find(".starting").hidden = true
    this.onKey = (event) => this.key(event)
    document.addEventListener("keydown", this.onKey, true)
    root.addEventListener("click", (event) => this.click(event))
    this.find(".number").addEventListener("submit", (event) => { event.preventDefault(); this.number() })
    this.find(".filter").addEventListener("input", () => this.narrow())
    const goal = this.find(".goal")
    goal.value = localStorage.getItem(this.place) || 40
    goal.onchange = () => { goal.value = Math.max(1, parseInt(goal.value) || 40); localStorage.setItem(this.place, goal.value); this.progress() }
    this.outbox.entries.forEach((entry) => entry.kind !== "undo" && this.answered.add(entry.task))
    this.beat = setInterval(() => document.hidden || this.say(), 120000) // while the page is looked at, its samples stay leased
    this.settings(data)
  }
  settings(data) {
    this.data = data
    const classes = data.classes || []
    this.find(".number").hidden = classes.length > 0
    this.find(".filter").hidden = classes.length <= 20
    this.find(".ask").textContent = data.ask || ""
    this.find(".unit").textContent = data.unit || ""
    this.find(".range").textContent = data.range ? `Usually ${data.range[0]} to ${data.range[1]}${data.unit ? ` ${data.unit}` : ""}` : ""
    this.keys = new Map(classes.map((c) => [c.key, c]).filter(([key]) => key))
    this.find(".classes").replaceChildren(...classes.map((c) => {
      const button = make("button")
      button.type = "button"
      button.dataset.value = JSON.stringify(c.value)
      button.append(make("span", "", String(c.value)))
      if (c.key) button.setAttribute("aria-keyshortcuts", c.key)
      if (c.key && c.key !== String(c.value).toLowerCase()) button.append(make("kbd", "", c.key.toUpperCase()))
      return button
    }))
    this.find(".classes").classList.toggle("short", classes.length > 2 && classes.every((c) => String(c.value).length <= 3))
    this.root.classList.toggle("many", classes.length > 20)
  }
  receive(data, trigger) {
    this.trigger = trigger
    if (data.reply === this.replied) return
    this.replied = data.reply
    this.asked = null
    this.outbox.acknowledge(data.acknowledged)
    if (this.lane !== undefined && this.lane !== data.lane) this.clear()
    this.lane = data.lane
    this.adopt(data)
    if (data.notice) this.notice(data.notice)
    this.drawers(data)
    this.today = data.today + this.outbox.entries.reduce((sum, entry) => sum + (entry.kind === "answer") + (entry.kind === "alike" && 1 + entry.ids.length), 0)
    this.standing = data.standing
    this.data.finished = data.finished
    this.data.empty = data.empty
    this.data.notice = data.notice
    if (!this.shown) this.next()
    if (!this.shown) this.nothing()
    if (!this.outbox.sent && this.outbox.entries.length) this.outbox.push()
    else if (!this.shown && !data.finished) this.hello()
    this.progress()
  }
  // What the server leased joins what waits; what is gone leaves.
  adopt(data) {
    const known = new Set([...this.waiting, ...(this.shown ? [this.shown] : [])].map((task) => task.id)), gone = new Set(data.gone)
    for (const task of data.tasks) if (!known.has(task.id) && !this.answered.has(task.id) && !this.outbox.holds(task.id)) this.waiting.push(task)
    this.waiting = this.waiting.filter((task) => !gone.has(task.id))
    if (this.shown && gone.has(this.shown.id)) this.shown = null
  }
  // Another filter: what waits is not wanted any more.
  clear() {
    this.waiting = []
    this.shown = null
    this.visible = false
  }
  hello() {
    clearTimeout(this.greeting)
    this.greeting = setTimeout(() => this.shown || this.say(), 50)
  }
  say(message = {}) {
    const have = [...(this.shown ? [this.shown] : []), ...this.waiting].map((task) => task.id)
    this.asked = this.asked || Date.now()
    this.trigger("outbox", { entries: this.outbox.entries, have, wanted: this.wanted, ...message })
  }
  next() {
    this.show(this.waiting.shift() || null)
  }
  async show(task) {
    this.shown = task
    this.visible = false
    delete this.root.dataset.task
    this.find(".work").hidden = !task
    this.find(".empty").hidden = Boolean(task)
    if (!task) return this.nothing()
    const sure = task.sure ? `, sure ${task.sure}` : ""
    this.find(".suggestion").textContent = task.suggestion === null ? "" : `Model: ${task.suggested}${sure}`
    this.root.querySelectorAll(".classes button").forEach((b) => b.classList.toggle("suggested", task.suggestion !== null && b.dataset.value === JSON.stringify(task.suggestion)))
    const value = this.find(".value")
    value.value = ""
    this.confirmed = null
    value.placeholder = task.suggestion === null ? "" : String(task.suggested)
    await draw(this.find(".sample"), task.sample)
    if (this.shown !== task) return
    this.lens.look(this.find(".sample"))
    this.visible = true
    this.since = performance.now()
    this.root.dataset.task = task.id
    this.root.dataset.painted = String(this.since)
    this.find(".spoken").textContent = `Next sample. ${this.find(".suggestion").textContent}`
    this.focus()
    this.refreshSimilar()
  }
  // Where answers are typed, the field has the focus; on a touch screen that would open the keyboard over the sample.
  focus() {
    if (!this.find(".comment").hidden) return
    if (!this.find(".number").hidden) this.find(".value").focus({ preventScroll: true })
    else if (!this.find(".filter").hidden && !matchMedia("(pointer: coarse)").matches) { this.find(".filter").value = ""; this.narrow(); this.find(".filter").focus({ preventScroll: true }) }
  }
  answer(kind, value, ids = []) {
    if (!this.shown || !this.visible) return
    const task = this.shown, seconds = (performance.now() - this.since) / 1000, comment = this.find(".comment").value.trim()
    const entry = { task: task.id, kind, value: value ?? null, seconds: Math.round(seconds * 1000) / 1000, comment, ...(ids.length ? { ids } : {}) }
    this.visible = false
    this.answered.add(task.id)
    const done = { task, kind, value, count: 1 + ids.length }
    this.history = [...this.history, done].slice(-LAST)
    this.waiting = this.waiting.filter((other) => !ids.includes(other.prediction))
    this.find(".comment").value = ""
    this.open("comment", false)
    this.notice(ids.length ? `${1 + ids.length} samples are ${value}. Undo takes them back together.` : "")
    if (kind === "answer" || kind === "alike") this.count(done.count, seconds)
    this.next()
    this.progress()
    setTimeout(() => { done.client = this.outbox.add(entry) }, 0)
  }
  count(labels, seconds) {
    this.inARow = seconds > 60 ? labels : this.inARow + labels
    this.spent += Math.min(seconds, 60)
    this.timed += labels
    this.today += labels
  }
  // Takes back the last answer, or the one of the last twenty that is named.
  undo(done = this.history.at(-1)) {
    if (!done) return this.notice("Nothing of this sitting is left to undo.")
    if (this.shown) this.waiting.unshift(this.shown)
    this.history = this.history.filter((other) => other !== done)
    this.answered.delete(done.task.id)
    if (done.kind === "answer" || done.kind === "alike") { this.today -= done.count; this.inARow = Math.max(0, this.inARow - done.count) }
    this.show(done.task)
    this.progress()
    setTimeout(() => this.outbox.add({ task: done.task.id, kind: "undo", value: null, ...(done.kind === "alike" ? { batch: done.client } : {}) }), 0)
  }
}
