// Keys, clicks and drawers of the surface, and the function that Streamlit calls with each reply of the server.
Object.assign(Surface.prototype, {
  key(event) {
    const at = event.composedPath()[0]
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !this.root.isConnected) return
    if (at.matches?.("input, textarea, select, [contenteditable=true], [role=combobox], [role=dialog] *")) return this.typing(event, at)
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const act = this.keys.has(key) ? () => this.answer("answer", this.keys.get(key).value) : this.command(key, at)
    if (!act) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (!event.repeat) act()
  },
  command(key, at) {
    if (key === "Enter") return at.matches?.("button, a, summary, [role=button]") ? null : () => this.accept()
    const wanted = { "?": "unsure", s: "skip", u: "undo", n: "comment", g: "guidelines" }[key]
    return wanted ? () => this.act(wanted) : null
  },
  typing(event, at) {
    if (event.key === "Escape") { at.blur(); if (at.matches(".comment")) this.open("comment", false) }
    if (event.key !== "Enter" || event.repeat) return
    if (at.matches(".comment, .goal")) at.blur()
    if (at.matches(".filter")) { const first = this.find(".classes button:not([hidden])"); if (first) { event.preventDefault(); first.click(); at.value = ""; this.narrow() } }
  },
  accept() {
    if (this.shown && this.shown.suggestion !== null) this.answer("answer", this.shown.suggestion)
    else this.notice("There is no suggestion to accept here; choose an answer.")
  },
  number() {
    const text = this.find(".value").value.trim().replace(",", ".")
    if (!text) return this.accept()
    const value = Number(text)
    if (!Number.isFinite(value)) return this.notice(`'${text}' is not a number; use digits, a sign and a decimal point.`)
    this.answer("answer", value)
  },
  click(event) {
    const button = event.target.closest("button")
    if (!button || event.detail > 1 && !this.visible) return
    if (button.dataset.value) this.answer("answer", JSON.parse(button.dataset.value))
    else if (button.dataset.do) this.act(button.dataset.do)
    if (event.detail > 0) button.blur()
  },
  act(what) {
    if (what === "undo") return this.undo()
    if (what === "comment") return this.open("comment", this.find(".comment").hidden)
    if (what === "guidelines") {
      this.open("guidelines", this.find(".guidelines").hidden)
      return this.guided || this.say({ guidelines: true })
    }
    return this.answer(what)
  },
  open(what, yes) {
    const drawer = this.find(`.${what}`)
    drawer.hidden = !yes
    this.find(`[data-do=${what}]`).setAttribute("aria-expanded", String(yes))
    if (yes && what === "comment") drawer.focus()
  },
  narrow() {
    const wanted = this.find(".filter").value.toLowerCase()
    this.root.querySelectorAll(".classes button").forEach((b) => { b.hidden = !b.textContent.toLowerCase().includes(wanted) })
  },
  guide(guidelines) {
    this.guided = true
    const parts = [make("h3", "", "Guidelines"), written(guidelines.text)]
    for (const { label, samples } of guidelines.examples) {
      const row = make("div", "examples")
      row.append(make("b", "", label), ...samples.map((sample) => drawn[sample.kind] ? drawn[sample.kind](sample)[0] : make("p", "", sample.text)))
      parts.push(row)
    }
    this.find(".guidelines").replaceChildren(...parts)
  },
  nothing() {
    const kept = this.outbox.entries.length, answers = kept === 1 ? "1 answer is" : `${kept} answers are`
    const late = kept ? ` ${answers} kept in this browser and will be sent as soon as it does.` : ""
    this.find(".empty").textContent = this.data.finished && !kept ? this.data.empty : `Waiting for the server to answer.${late}`
  },
  notice(text) {
    this.find(".notice").textContent = text
  },
  progress() {
    const goal = Math.max(1, parseInt(this.find(".goal").value) || 40), bar = this.find(".bar")
    this.find(".today").textContent = this.today
    this.find(".bar span").style.width = `${Math.min(100, (100 * this.today) / goal)}%`
    bar.setAttribute("aria-valuenow", this.today)
    bar.setAttribute("aria-valuemax", goal)
    const done = this.history.filter((entry) => entry.kind === "answer").length
    const pace = done ? ` · ${this.inARow} in a row · ${(this.spent / Math.max(1, this.inARow)).toFixed(1)} s each` : ""
    this.find(".pace").textContent = (this.today >= goal ? " · goal reached" : "") + pace
  },
  close() {
    document.removeEventListener("keydown", this.onKey, true)
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
