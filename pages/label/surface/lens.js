// Zoom and pan of an image: wheel, pinch, + and -, drag; a double click is three times and back.
class Lens {
  constructor(frame, buttons) {
    this.frame = frame
    this.buttons = buttons
    this.fingers = new Map()
    frame.addEventListener("wheel", (event) => { if (this.image) { event.preventDefault(); this.zoom(Math.exp(-event.deltaY / 300), event.clientX, event.clientY) } }, { passive: false })
    frame.addEventListener("dblclick", (event) => this.image && (this.scale > 1 ? this.rest() : this.zoom(3, event.clientX, event.clientY)))
    frame.addEventListener("pointerdown", (event) => this.image && this.fingers.set(event.pointerId, [event.clientX, event.clientY]))
    frame.addEventListener("pointermove", (event) => this.move(event))
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) frame.addEventListener(end, (event) => this.fingers.delete(event.pointerId))
  }
  look(place) {
    this.image = place.querySelector("img.image")
    this.buttons.hidden = !this.image
    this.frame.classList.toggle("lensed", Boolean(this.image))
    this.rest()
  }
  rest() {
    Object.assign(this, { scale: 1, x: 0, y: 0 })
    this.apply()
  }
  zoom(factor, clientX, clientY) {
    if (!this.image) return
    const box = this.frame.getBoundingClientRect(), scale = Math.min(16, Math.max(1, this.scale * factor)), by = scale / this.scale
    const atX = clientX === undefined ? 0 : clientX - box.left - box.width / 2, atY = clientY === undefined ? 0 : clientY - box.top - box.height / 2
    Object.assign(this, { scale, x: atX - (atX - this.x) * by, y: atY - (atY - this.y) * by })
    if (scale === 1) this.rest()
    this.apply()
  }
  move(event) {
    const before = this.fingers.get(event.pointerId)
    if (!before || !this.image) return
    const now = [event.clientX, event.clientY], other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1]
    this.fingers.set(event.pointerId, now)
    if (other) {
      const far = (a) => Math.hypot(a[0] - other[0], a[1] - other[1])
      return this.zoom(far(now) / Math.max(1, far(before)), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2)
    }
    if (this.scale === 1) return
    this.x += now[0] - before[0]
    this.y += now[1] - before[1]
    this.apply()
  }
  apply() {
    if (this.image) this.image.style.transform = this.scale === 1 ? "" : `translate(${this.x}px, ${this.y}px) scale(${this.scale})`
    this.frame.classList.toggle("close", this.scale > 1)
  }
}
