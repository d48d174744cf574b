// The drawers: guidelines with examples, and samples that are like this one. They open below the buttons, where nothing has to move.
Object.assign(Surface.prototype, {
  open(what, yes) {
    const box = this.find(`.${what}`)
    if (yes && this.drawer && this.drawer !== what && what !== "comment") this.open(this.drawer, false)
    box.hidden = !yes
    this.find(`[data-do=${what}]`).setAttribute("aria-expanded", String(yes))
    if (what === "comment") return yes && box.focus()
    this.drawer = yes ? what : null
    this.root.classList.toggle("opened", yes)
    if (what === "guidelines" && yes && !this.guided) this.want("guidelines", true)
    if (what === "similar" && yes) this.refreshSimilar()
    if (what === "similar" && !yes) this.ticked = null
  },
  // What is wanted is asked for with every message until the server has given it.
  want(what, value) {
    this.wanted[what] = value
    this.say()
  },
  drawers(data) {
    if (data.guidelines) { delete this.wanted.guidelines; this.guide(data.guidelines) }
    if (data.alike) {
      if (this.wanted.alike === data.alike.task) delete this.wanted.alike
      if (this.shown?.id === data.alike.task && this.drawer === "similar") this.alike(data.alike)
    }
  },
  headed(box, title) {
    const close = make("button", "shut", "Close")
    close.type = "button"
    close.dataset.do = box
    const head = make("div", "head")
    head.append(make("h2", "", title), close)
    return head
  },
  guide(guidelines) {
    this.guided = true
    const parts = [this.headed("guidelines", "Guidelines"), written(guidelines.text)]
    for (const { label, samples } of guidelines.examples) {
      const row = make("div", "examples")
      row.append(make("b", "", label), ...samples.map((sample) => small(sample)))
      parts.push(row)
    }
    this.find(".guidelines").replaceChildren(...parts)
  },
  refreshSimilar() {
    if (this.drawer !== "similar" || !this.shown) return
    this.ticked = null
    this.find(".similar").replaceChildren(this.headed("similar", "Similar samples"), make("p", "key", "Looking for similar samples …"))
    this.want("alike", this.shown.id)
  },
  alike(found) {
    const parts = [this.headed("similar", "Similar samples")]
    this.ticked = new Map()
    if (found.items.length && (this.data.classes || []).length) parts.push(...this.batch(found.items))
    if (found.near.length) parts.push(make("h3", "", "Labelled already"), this.near(found.near))
    if (parts.length === 1) parts.push(make("p", "key", "Nothing like it has arrived yet."))
    this.find(".similar").replaceChildren(...parts)
  },
  batch(items) {
    const list = make("div", "alikes"), said = make("p", "key"), row = make("div", "togethers")
    const told = () => {
      const n = this.ticked.size
      said.textContent = n ? `This sample and the ${n} ticked, all of them:` : "Tick those that are the same as this sample."
      row.hidden = !n
    }
    for (const item of items) {
      const label = make("label", "alike"), box = make("input")
      box.type = "checkbox"
      box.checked = true
      this.ticked.set(item.prediction, item)
      box.onchange = () => { box.checked ? this.ticked.set(item.prediction, item) : this.ticked.delete(item.prediction); told() }
      label.append(box, small(item.sample, this.shown.sample))
      if (item.suggestion !== null) label.append(make("span", "says", item.suggested))
      list.append(label)
    }
    for (const c of this.data.classes) {
      const button = make("button", "chip", String(c.value))
      button.type = "button"
      button.dataset.together = JSON.stringify(c.value)
      if (c.key) button.title = `Shift and ${c.key.toUpperCase()}`
      row.append(button)
    }
    told()
    return [said, row, list]
  },
  near(labelled) {
    const list = make("div", "alikes")
    for (const one of labelled) {
      const card = make("div", "alike")
      card.append(small(one.sample, this.shown.sample), make("b", "says", one.label))
      list.append(card)
    }
    return list
  },
  together(value) {
    const ids = this.ticked ? [...this.ticked.keys()] : []
    if (ids.length) this.answer("alike", value, ids)
  },
})
