// One sample, one key. The next sample is drawn before the server has answered; a key counts only for a sample that is on the screen.
const surfaces = new WeakMap()

class Surface {
  constructor(root, data) {
    this.root = root
    this.find = (what) => root.querySelector(what)
    this.waiting = []
    this.history = []
    this.answered = new Set()
    this.visible = false
    this.inARow = 0
    this.spent = 0
    this.today = 0
    this.goalPlace = `lifecycle-goal:${data.place}`
    this.outbox = new Outbox(`lifecycle-outbox:${data.place}`, (entries) => this.say({ entries }))
    this.find(".starting").hidden = true
    this.onKey = (event) => this.key(event)
    document.addEventListener("keydown", this.onKey, true)
    root.addEventListener("click", (event) => this.click(event))
    this.find(".number").addEventListener("submit", (event) => { event.preventDefault(); this.number() })
    this.find(".filter").addEventListener("input", () => this.narrow())
    const goal = this.find(".goal")
    goal.value = localStorage.getItem(this.goalPlace) || 40
    goal.onchange = () => { goal.value = Math.max(1, parseInt(goal.value) || 40); localStorage.setItem(this.goalPlace, goal.value); this.progress() }
    this.outbox.entries.forEach((entry) => entry.kind !== "undo" && this.answered.add(entry.task))
    this.settings(data)
  }
  settings(data) {
    this.data = data
    const classes = data.classes || []
    this.find(".number").hidden = classes.length > 0
    this.find(".filter").hidden = classes.length <= 20
    this.find(".ask").textContent = data.ask || ""
    this.find(".unit").textContent = data.unit || ""
    this.find(".range").textContent = data.range ? `Usually ${data.range[0]} to ${data.range[1]}` : ""
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
    this.find(".classes").classList.toggle("short", classes.every((c) => String(c.value).length <= 3))
  }
  receive(data, trigger) {
    this.trigger = trigger
    if (data.reply === this.replied) return
    this.replied = data.reply
    this.outbox.acknowledge(data.acknowledged)
    const known = new Set([...this.waiting, ...(this.shown ? [this.shown] : [])].map((task) => task.id))
    for (const task of data.tasks) if (!known.has(task.id) && !this.answered.has(task.id) && !this.outbox.holds(task.id)) this.waiting.push(task)
    const gone = new Set(data.gone)
    this.waiting = this.waiting.filter((task) => !gone.has(task.id))
    if (data.notice) this.notice(data.notice)
    if (data.guidelines) this.guide(data.guidelines)
    this.today = data.today + this.outbox.entries.filter((entry) => entry.kind === "answer").length
    this.data.finished = data.finished
    if (this.shown && gone.has(this.shown.id)) this.shown = null
    if (!this.shown) this.next()
    if (!this.shown) this.nothing()
    if (!this.outbox.sent && this.outbox.entries.length) this.outbox.push()
    else if (!this.shown && !data.finished && data.hello !== true) this.say({ hello: true })
    this.progress()
  }
  say(message) {
    const have = [...(this.shown ? [this.shown] : []), ...this.waiting].map((task) => task.id)
    this.trigger("outbox", { entries: this.outbox.entries, have, ...message })
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
    value.placeholder = task.suggestion === null ? "" : String(task.suggested)
    await draw(this.find(".sample"), task.sample)
    if (this.shown !== task) return
    this.visible = true
    this.since = performance.now()
    this.root.dataset.task = task.id
    this.root.dataset.painted = String(this.since)
    this.find(".spoken").textContent = `Next sample. ${this.find(".suggestion").textContent}`
    if (!this.find(".number").hidden && this.find(".comment").hidden) value.focus({ preventScroll: true })
  }
  answer(kind, value) {
    if (!this.shown || !this.visible) return
    const task = this.shown, seconds = (performance.now() - this.since) / 1000, comment = this.find(".comment").value.trim()
    this.visible = false
    this.answered.add(task.id)
    this.history = [...this.history, { task, kind }].slice(-20)
    this.find(".comment").value = ""
    this.open("comment", false)
    this.notice("")
    if (kind === "answer") {
      this.inARow = seconds > 60 ? 1 : this.inARow + 1
      this.spent += Math.min(seconds, 60)
      this.today += 1
    }
    this.next()
    this.progress()
    setTimeout(() => this.outbox.add({ task: task.id, kind, value: value ?? null, seconds: Math.round(seconds * 1000) / 1000, comment }), 0)
  }
  undo() {
    const last = this.history.pop()
    if (!last) return this.notice("Nothing of this sitting is left to undo.")
    if (this.shown) this.waiting.unshift(this.shown)
    this.answered.delete(last.task.id)
    if (last.kind === "answer") { this.today -= 1; this.inARow = Math.max(0, this.inARow - 1) }
    this.show(last.task)
    this.progress()
    setTimeout(() => this.outbox.add({ task: last.task.id, kind: "undo", value: null }), 0)
  }
}
