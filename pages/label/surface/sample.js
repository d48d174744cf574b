// A sample as its modality wants to be seen. Every word goes in as text, never as markup.
const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined && text !== null) element.textContent = text
  return element
}
const shape = (tag, attributes, text) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  if (text !== undefined) element.textContent = text
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
    const crisp = () => image.classList.toggle("pixels", image.naturalWidth <= 200) // enlarged pixels stay sharp, photographs smooth
    return [image, image.decode ? image.decode().then(crisp).catch(() => {}) : Promise.resolve()]
  },
  table(sample) {
    const table = make("dl", sample.rows.length > 12 ? "rows two" : "rows")
    for (const row of sample.rows) {
      const line = make("div", [row.unusual && "unusual", String(row.value).length > 60 && "long"].filter(Boolean).join(" "))
      const value = make("dd", "", row.value)
      if (row.usual) line.title = `usually ${row.usual}`
      if (row.unusual) value.append(make("span", "why", `▲ ${row.unusual}${row.usual ? `; usually ${row.usual}` : ""}`))
      const name = make("dt") // long_names_with_underscores may break after each
      row.name.split(/(?<=[_.])/).forEach((part, i) => name.append(...(i ? [make("wbr"), part] : [part])))
      line.append(name, value)
      table.append(line)
    }
    return [table, Promise.resolve()]
  },
  text(sample) {
    const box = make("div", "reading"), body = make("p", "text")
    let at = 0
    for (const [start, end, kind, strength] of sample.marks || []) {
      const mark = make("mark", kind, sample.text.slice(start, end))
      mark.style.setProperty("--strength", strength)
      body.append(sample.text.slice(at, start), mark)
      at = end
    }
    body.append(sample.text.slice(at))
    box.append(body)
    if (sample.key) box.append(make("p", "key", sample.key))
    return [box, Promise.resolve()]
  },
  series(sample) {
    const values = sample.values, numbers = values.filter((value) => value !== null)
    const box = make("div", "series")
    if (!numbers.length) { box.append(make("p", "key", "This series has no values.")); return [box, Promise.resolve()] }
    const low = Math.min(...numbers), high = Math.max(...numbers), span = high - low || 1, last = Math.max(1, values.length - 1)
    const x = (i) => 52 + (i / last) * 636, y = (value) => 262 - ((value - low) / span) * 244
    const said = (value) => String(Number(value.toPrecision(3)))
    const svg = shape("svg", { viewBox: "0 0 700 300", role: "img", "aria-label": `A series of ${values.length} values from ${said(low)} to ${said(high)}` })
    const ticks = [low, (low + high) / 2, high]
    if (low < 0 && high > 0 && Math.min(-low, high) > span / 8) ticks[1] = 0
    for (const tick of ticks) svg.append(shape("line", { x1: 52, x2: 688, y1: y(tick), y2: y(tick), class: "grid" }), shape("text", { x: 44, y: y(tick) + 4, "text-anchor": "end" }, said(tick)))
    for (const i of [0, Math.round(last / 2), last]) svg.append(shape("text", { x: x(i), y: 288, "text-anchor": "middle" }, String(i + 1)))
    let run = []
    const stroke = () => { if (run.length) svg.append(run.length > 1 ? shape("polyline", { points: run.join(" ") }) : shape("circle", { cx: run[0].split(",")[0], cy: run[0].split(",")[1], r: 2.5 })); run = [] }
    values.forEach((value, i) => (value === null ? stroke() : run.push(`${x(i).toFixed(1)},${y(value).toFixed(1)}`)))
    stroke()
    const rule = shape("line", { y1: 18, y2: 262, class: "rule", visibility: "hidden" }), read = make("p", "key", `${values.length} values, ${said(low)} to ${said(high)}`)
    const resting = read.textContent
    svg.append(rule)
    svg.onpointermove = (event) => {
      const bounds = svg.getBoundingClientRect(), i = Math.max(0, Math.min(last, Math.round((((event.clientX - bounds.left) / bounds.width) * 700 - 52) / 636 * last)))
      rule.setAttribute("x1", x(i)); rule.setAttribute("x2", x(i)); rule.setAttribute("visibility", "visible")
      read.textContent = `step ${i + 1}: ${values[i] === null ? "missing" : said(values[i])}`
    }
    svg.onpointerleave = () => { rule.setAttribute("visibility", "hidden"); read.textContent = resting }
    box.append(svg, read)
    return [box, Promise.resolve()]
  },
}

// A sample in the size of a thumb. Beside another one, a table shows where the two differ.
const small = (sample, beside) => {
  if (sample.kind === "text") return make("p", "excerpt", sample.text.length > 160 ? `${sample.text.slice(0, 157)}…` : sample.text)
  if (sample.kind !== "table") return (drawn[sample.kind] || drawn.text)(sample)[0]
  const other = new Map((beside?.rows || []).map((row) => [row.name, row.value]))
  const differing = beside ? sample.rows.filter((row) => other.get(row.name) !== row.value) : sample.rows
  const box = make("p", "excerpt")
  differing.slice(0, 5).forEach((row, i) => box.append(i ? ", " : "", `${row.name} `, make("b", "", row.value)))
  if (differing.length > 5) box.append(` and ${differing.length - 5} more`)
  return differing.length ? box : make("p", "excerpt", "the same values")
}

// Draws into `place` and resolves once the sample is on the screen.
const draw = async (place, sample) => {
  const [element, ready] = (drawn[sample.kind] || drawn.text)(sample)
  place.replaceChildren(element)
  place.scrollTop = 0
  await ready
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted, 0)))
}
