// Keys, clicks and what the surface says of the sitting.
const COMMANDS = { "?": "unsure", s: "skip", u: "undo", n: "comment", g: "guidelines", m: "similar", "+": "larger", "=": "larger", "-": "smaller" }

Object.assign(Surface.prototype, {
  key(event) {
    const at = event.composedPath()[0]
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !this.root.isConnected || !this.shown) return
    if (at.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable=true], [role=combobox], [role=dialog] *")) return this.typing(event, at)
    if (document.querySelector("[data-testid=stPopoverBody], [role=listbox]")) return
    const act = this.meaning(event, at)
    if (!act) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (!event.repeat) act()
  },
  meaning(event, at) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const together = event.shiftKey && this.ticked && this.keys.get((event.code || "").replace(/^(Digit|Key|Numpad)/, "").toLowerCase())
    if (together) return () => this.together(together.value)
    if (this.keys.has(key)) return () => this.answer("answer", this.keys.get(key).value)
    if (key === "Enter") return at.matches?.("button, a, summary, [role=button]") ? null : () => this.accept()
    if (key === "Escape") return this.drawer ? () => this.open(this.drawer, false) : null
    return COMMANDS[key] ? () => this.act(COMMANDS[key]) : null
  },
  typing(event, at) {
    if (event.key === "Escape") { at.blur(); if (at.matches(".comment")) this.open("comment", false) }
    if (at.matches(".filter") && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); this.narrow(this.picked + (event.key === "ArrowDown" ? 1 : -1)) }
    if (event.key !== "Enter" || event.repeat) return
    if (at.matches(".comment, .goal")) { at.blur(); this.focus() }
    if (!at.matches(".filter")) return
    event.preventDefault()
    if (!at.value.trim()) return this.accept()
    const first = this.find(".classes .first")
    if (first) first.click()
    else this.notice(`No class matches '${at.value}'.`)
  },
  accept() {
    if (this.shown && this.shown.suggestion !== null) this.answer("answer", this.shown.suggestion)
    else this.notice("There is no suggestion to accept here; choose an answer.")
  },
  number() {
    const text = this.find(".value").value.trim().replace(",", "."), range = this.data.range
    if (!text) return this.accept()
    const value = Number(text)
    if (!Number.isFinite(value)) return this.notice(`'${text}' is not a number; use digits, a sign and a decimal point.`)
    if (range && (value < range[0] || value > range[1]) && this.confirmed !== text) {
      this.confirmed = text
      return this.notice(`${text} is outside what is usual here (${range[0]} to ${range[1]}). Save again if it is right.`)
    }
    this.answer("answer", value)
  },
  click(event) {
    const button = event.target.closest("button")
    if (!button || event.detail > 1 && !this.visible) return
    if (button.dataset.value) this.answer("answer", JSON.parse(button.dataset.value))
    else if (button.dataset.together) this.together(JSON.parse(button.dataset.together))
    else if (button.dataset.back) this.undo(this.history[Number(button.dataset.back)])
    else if (button.dataset.do) this.act(button.dataset.do)
    if (event.detail > 0) { button.blur(); this.focus() }
  },
  act(what) {
    if (what === "undo") return this.undo()
    if (what === "larger" || what === "smaller") return this.lens.zoom(what === "larger" ? 1.4 : 1 / 1.4)
    if (["comment", "guidelines", "similar"].includes(what)) return this.open(what, this.find(`.${what}`).hidden)
    return this.answer(what)
  },
  // Matches that start with what was typed come first; the one that Enter would take is marked.
  narrow(pick = 0) {
    const wanted = this.find(".filter").value.trim().toLowerCase()
    const found = [...this.root.querySelectorAll(".classes button")].filter((button) => {
      const name = button.firstChild.textContent.toLowerCase(), at = name.indexOf(wanted)
      button.hidden = at < 0
      button.rank = !wanted ? 0 : name.startsWith(wanted) ? 0 : name[at - 1] === " " ? 1 : 2
      button.style.order = button.rank
      button.classList.remove("first")
      return at >= 0
    }).sort((a, b) => a.rank - b.rank)
    this.picked = Math.max(0, Math.min(found.length - 1, pick))
    if (!wanted || !found.length) return
    found[this.picked].classList.add("first")
    found[this.picked].scrollIntoView({ block: "nearest" })
  },
  nothing() {
    const kept = this.outbox.entries.length, answers = kept === 1 ? "1 answer is" : `${kept} answers are`
    const late = kept ? ` ${answers} kept in this browser and will be sent as soon as it does.` : ""
    this.find(".empty").textContent = this.data.finished && !kept ? this.data.notice || this.data.empty : `Waiting for the server to answer.${late}`
  },
  notice(text) {
    this.find(".notice").textContent = text
  },
  // Unsent answers for some seconds: said where the progress is, in a line that is always there, so that nothing moves.
  connection(late) {
    this.calm()
    const line = this.find(".line"), was = line.dataset.late === "yes"
    line.dataset.late = late ? "yes" : "no"
    const said = late ? `Not connected: ${late === 1 ? "1 answer waits" : `${late} answers wait`} in this browser. Go on, ${late === 1 ? "it is" : "they are"} sent as soon as possible.` : was ? "Connected again: all answers are saved." : null
    if (said !== null && line.textContent !== said) line.textContent = said
    if (was && !late) setTimeout(() => line.dataset.late === "no" && (line.textContent = ""), 4000)
    if (!this.shown) this.nothing()
  },
  // Streamlit's dialog about the connection makes the page inert under it; labeling goes on without, so it is closed.
  calm() {
    const dialog = [...document.querySelectorAll(".stDialog")].find((found) => found.querySelector("h2")?.textContent === "Connection error")
    dialog?.querySelector("button[aria-label=Close]")?.click()
    // A restarted server does not know this fragment: the hidden button has the whole page run once, which brings the surface its new one.
    if (!this.asked || Date.now() - this.asked < 5000 || Date.now() - (this.revived || 0) < 5000) return
    this.revived = Date.now()
    document.querySelector(".st-key-revive button")?.click()
  },
  progress() {
    const goal = Math.max(1, parseInt(this.find(".goal").value) || 40), bar = this.find(".bar"), parts = []
    this.find(".today").textContent = this.today
    this.find(".bar span").style.width = `${Math.min(100, (100 * this.today) / goal)}%`
    bar.classList.toggle("reached", this.today >= goal)
    bar.setAttribute("aria-valuenow", Math.min(this.today, goal))
    bar.setAttribute("aria-valuetext", `${this.today} of ${goal}`)
    bar.setAttribute("aria-valuemax", goal)
    const before = this.standing || {}, row = this.inARow
    if (this.today >= goal) parts.push("goal reached ✓")
    if (row > 1) parts.push(`${row} in a row`)
    if (this.timed) parts.push(`${(this.spent / this.timed).toFixed(1)} s each`)
    else if (before.seconds) parts.push(`${before.seconds.toFixed(1)} s each lately`)
    if (before.total) parts.push(`${Math.max(before.total + this.today - before.today, this.today).toLocaleString("en")} in all`)
    this.find(".pace").textContent = parts.map((part) => ` · ${part}`).join("")
    this.lately()
  },
  lately() {
    const name = (done) => (done.kind === "unsure" ? "?" : done.kind === "skip" ? "skipped" : `${done.value}${done.count > 1 ? ` ×${done.count}` : ""}`)
    this.find(".lately").replaceChildren(...this.history.map((done, i) => {
      const chip = make("button", "chip", name(done))
      chip.type = "button"
      chip.dataset.back = i
      chip.title = chip.ariaLabel = `Take back ${name(done)}`
      return chip
    }).reverse())
  },
  close() {
    document.removeEventListener("keydown", this.onKey, true)
    clearInterval(this.beat)
    this.outbox.close()
  },
})

export default function (component) {
  const root = component.parentElement.querySelector(".surface")
  if (!surfaces.has(root)) surfaces.set(root, new Surface(root, component.data))
  const surface = surfaces.get(root)
  surface.receive(component.data, component.setTriggerValue)
  return () => { surface.close(); surfaces.delete(root) }
}
