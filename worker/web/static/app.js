// Makes forms answer at once and keys work; every page is whole without it.
"use strict";

const day = 86400000;
const iso = (time) => new Date(time).toISOString().slice(0, 10);

// Fetch the page that a filter asks for and put its result in place of the old one.
async function renew(form, target) {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  for (const input of form.querySelectorAll("input[type=date][max]"))
    if (input.name !== "since" && input.value === input.max) query.delete(input.name);
  const address = `${form.getAttribute("action") || location.pathname}?${query}`;
  renew.running?.abort();
  renew.running = new AbortController();
  try {
    const answer = await fetch(address, { signal: renew.running.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(target);
    if (!fresh) { location.assign(address); return; }
    document.querySelector(target).replaceWith(fresh);
    history.replaceState(null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

function live(form) {
  const target = form.dataset.live;
  let waiting;
  const soon = (delay) => { clearTimeout(waiting); waiting = setTimeout(() => renew(form, target), delay); };
  form.addEventListener("change", (event) => event.target.type === "range" || soon(0));
  form.addEventListener("submit", (event) => { event.preventDefault(); soon(0); });
  for (const slider of form.querySelectorAll("input[data-for]")) {
    const date = form.elements[slider.dataset.for];
    const first = Date.parse(date.min), last = Date.parse(date.max);
    slider.max = Math.round((last - first) / day);
    slider.value = Math.round((Date.parse(date.value) - first) / day);
    const tell = () => slider.setAttribute("aria-valuetext", date.value);
    tell();
    slider.hidden = false;
    slider.addEventListener("input", () => { date.value = iso(first + slider.value * day); tell(); soon(120); });
    date.addEventListener("change", () => { slider.value = Math.round((Date.parse(date.value) - first) / day); tell(); });
  }
}

// "/" goes to the search; arrows walk over the matrix.
function keys(event) {
  const at = document.activeElement;
  if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(at.tagName)) {
    event.preventDefault();
    document.getElementById("q").focus();
  }
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const cell = at.closest?.(".matrix td, .matrix th");
  if (!step || !cell) return;
  let row = cell.parentElement.rowIndex, column = cell.cellIndex;
  const rows = cell.closest("table").rows;
  for (;;) {
    row += step[0]; column += step[1];
    const next = rows[row]?.cells[column];
    if (!next) return;
    const link = next.querySelector("a");
    if (link) { event.preventDefault(); link.focus(); return; }
  }
}

// A table sorts by the column whose heading is pressed.
function sortable(table) {
  table.querySelectorAll("th[data-sort]").forEach((heading) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") !== "descending";
      table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => { const c = row.cells[heading.cellIndex]; return c.dataset.value ?? c.textContent.trim(); };
      const order = (a, b) => heading.dataset.sort === "n" ? Number(value(a)) - Number(value(b)) : value(a).localeCompare(value(b));
      const body = table.tBodies[0];
      const rows = [...body.rows].sort(order);
      body.append(...(down ? rows.reverse() : rows));
    });
  });
}

document.querySelectorAll("form[data-live]").forEach(live);
document.querySelectorAll("table.list").forEach(sortable);
document.addEventListener("keydown", keys);
