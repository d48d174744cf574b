// A chart that Python drew as HTML: says what is pointed at, tells what is clicked or dragged over, and draws again only what changed.
const charts = new WeakMap()

class Chart {
  constructor(root) {
    this.root = root
    this.ground = root.querySelector(".ground")
    this.over = root.querySelector(".over")
    this.words = root.querySelector(".say")
    root.addEventListener("pointermove", (event) => { this.say(event); this.dragging(event) })
    root.addEventListener("pointerleave", () => { this.words.style.display = "none" })
    root.addEventListener("pointerdown", (event) => this.begin(event))
    root.addEventListener("pointerup", (event) => this.end(event))
    root.addEventListener("pointercancel", () => this.stop())
    root.addEventListener("click", (event) => this.click(event))
  }
  receive(data, tell) {
    this.tell = tell
    this.root.style.height = `${data.height}px`
    this.root.setAttribute("aria-label", data.alt)
    if (this.html !== data.html) this.ground.innerHTML = this.html = data.html
    if (this.chosen !== data.over) this.over.innerHTML = this.chosen = data.over
  }
  say(event) {
    const said = event.target.closest("[data-say]")
    this.words.style.display = said ? "block" : "none"
    if (!said) return
    this.words.textContent = said.dataset.say
    const box = this.words.getBoundingClientRect()
    this.words.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - box.width - 8))}px`
    this.words.style.top = `${event.clientY + 16 + box.height > innerHeight ? event.clientY - box.height - 12 : event.clientY + 16}px`
  }
  click(event) {
    const picked = event.target.closest("[data-pick]")
    if (picked && !this.moved) this.tell("pick", { pick: picked.dataset.pick })
  }
  place(event) {
    const box = this.area.getBoundingClientRect()
    return Math.max(0, Math.min(this.parts - 1, Math.floor((event.clientX - box.left) / box.width * this.parts)))
  }
  begin(event) {
    this.moved = false
    this.area = event.target.closest(".area")
    this.parts = Number(this.area?.dataset.drag || 0)
    if (!this.parts) return
    this.from = this.place(event)
    this.x = event.clientX
    this.root.setPointerCapture(event.pointerId)
    this.mark = this.over.querySelector(".area").appendChild(document.createElement("b"))
    this.mark.className = "dragged"
  }
  dragging(event) {
    if (!this.mark) return
    const to = this.place(event), first = Math.min(this.from, to)
    this.moved = this.moved || Math.abs(event.clientX - this.x) > 3
    this.mark.style.left = `${100 * first / this.parts}%`
    this.mark.style.width = `${100 * (Math.abs(to - this.from) + 1) / this.parts}%`
  }
  end(event) {
    if (!this.mark) return
    const to = this.place(event)
    this.tell("pick", { first: Math.min(this.from, to), last: Math.max(this.from, to) })
    this.stop()
  }
  stop() {
    this.mark?.remove()
    this.mark = null
  }
}

export default function (component) {
  const root = component.parentElement.querySelector(".picture")
  if (!charts.has(root)) charts.set(root, new Chart(root))
  charts.get(root).receive(component.data, component.setTriggerValue)
}
