for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.firstChild.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = row => row.cells[column].textContent;
    const number = text => /^(> )?[+-]?[\d.]/.test(text) ? parseFloat(text.replace("> ", "").replaceAll(",", "")) : NaN;
    const compare = (a, b) => {
      const x = number(a), y = number(b);
      return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y || a.localeCompare(b);
    };
    // Empty cells stay at the end, whichever way the others are sorted.
    const rows = [...table.tBodies[0].rows];
    const filled = rows.filter(row => value(row)).sort((a, b) => compare(value(a), value(b)));
    table.tBodies[0].append(...(down ? filled.reverse() : filled), ...rows.filter(r => !value(r)));
  }));
}
for (const title of document.querySelectorAll(".card svg > title")) {
  // Browsers would show it under the pointer, where the values are.
  title.parentElement.setAttribute("aria-label", title.textContent);
  title.parentElement.removeAttribute("aria-labelledby");
  title.remove();
}
for (const card of document.querySelectorAll(".card")) {
  const svg = card.querySelector("svg"), curves = JSON.parse(card.querySelector("script").textContent);
  const tip = document.createElement("div"), dot = document.createElement("div");
  tip.className = "tip"; dot.className = "dot"; tip.hidden = dot.hidden = true;
  card.append(dot, tip);
  const hide = () => { tip.hidden = dot.hidden = true; };
  const show = event => {
    const box = svg.getBoundingClientRect(), outer = card.getBoundingClientRect();
    const scale = box.width / svg.viewBox.baseVal.width;
    let nearest = null, least = 24;
    for (const curve of curves) for (const point of curve.points) {
      const left = box.left + scale * point[0], top = box.top + scale * point[1];
      const distance = Math.hypot(event.clientX - left, event.clientY - top);
      if (distance < least) { least = distance; nearest = { curve, point, left, top }; }
    }
    if (!nearest) return hide();
    const { curve, point, left, top } = nearest;
    const x = left - outer.left + card.scrollLeft, y = top - outer.top;
    tip.textContent = [curve.name, ...(point[2] ? [`${curve.x}: ${point[2]}`] : []),
      `${curve.y}: ${point[3]}`].join("\n");
    tip.hidden = dot.hidden = false;
    dot.style.left = `${x}px`; dot.style.top = `${y}px`;
    tip.style.left = `${Math.max(0, Math.min(x + 12, card.scrollLeft + outer.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${y > tip.offsetHeight + 12 ? y - tip.offsetHeight - 10 : y + 12}px`;
  };
  card.addEventListener("pointermove", show);
  card.addEventListener("pointerdown", show);
  card.addEventListener("pointerleave", hide);
}
