// A sample as its modality wants to be seen. Every word goes in as text, never as markup.
const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined && text !== null) element.textContent = text
  return element
}

// Guidelines as people write them: lines, lists with a dash, **bold** and *slanted* words.
const written = (text) => {
  const box = make("div", "words")
  for (const line of text.split("\n")) {
    const block = make("p", line.startsWith("- ") ? "point" : "")
    line.replace(/^- /, "• ").split(/(\*\*[^*]+\*\*|\*[^*]+\*)/).forEach((part) => {
      const stars = part.startsWith("**") ? 2 : part.startsWith("*") && part.length > 2 ? 1 : 0
      block.append(stars ? make(stars === 2 ? "strong" : "em", "", part.slice(stars, -stars)) : part)
    })
    if (line.trim()) box.append(block)
  }
  return box
}

const drawn = {
  image(sample) {
    const image = make("img", "image")
    image.alt = sample.alt || "The image to label"
    image.src = sample.url
    image.draggable = false
    image.onclick = () => image.classList.toggle("zoomed")
    return [image, image.decode ? image.decode().catch(() => {}) : Promise.resolve()]
  },
  table(sample) {
    const table = make("table", "rows")
    for (const row of sample.rows) {
      const line = make("tr", row.unusual ? "unusual" : "")
      line.append(make("th", "", row.name), make("td", "", row.value), make("td", "why", row.unusual ? `▲ ${row.unusual}` : ""))
      table.append(line)
    }
    return [table, Promise.resolve()]
  },
  text(sample) {
    return [make("p", "text", sample.text), Promise.resolve()]
  },
  series(sample) {
    const numbers = sample.values.filter((value) => value !== null)
    const low = Math.min(...numbers), high = Math.max(...numbers), span = high - low || 1, last = Math.max(1, sample.values.length - 1)
    const points = sample.values.map((value, i) => (value === null ? "" : `${((i / last) * 600).toFixed(1)},${(190 - ((value - low) / span) * 180).toFixed(1)}`))
    const ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), line = document.createElementNS(ns, "polyline")
    svg.setAttribute("viewBox", "0 0 600 200")
    svg.setAttribute("role", "img")
    svg.setAttribute("aria-label", `A series of ${sample.values.length} values from ${low.toPrecision(3)} to ${high.toPrecision(3)}`)
    line.setAttribute("points", points.filter(Boolean).join(" "))
    svg.append(line)
    const box = make("div", "series")
    box.append(svg, make("p", "range", `${sample.values.length} values, ${low.toPrecision(3)} to ${high.toPrecision(3)}`))
    return [box, Promise.resolve()]
  },
}

// Draws into `place` and resolves once the sample is on the screen.
const draw = async (place, sample) => {
  const [element, ready] = (drawn[sample.kind] || drawn.text)(sample)
  place.replaceChildren(element)
  await ready
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted, 0)))
}
