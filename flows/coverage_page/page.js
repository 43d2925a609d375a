
"use strict";
(async () => {
  const SIGNS = { complete: "", confirmed_empty: "·", thin: "t", partial: "p", unlisted: "u", unreachable: "x", never_tried: "n", known: "k", open: "~" };
  const MOST = 500;
  const byId = (id) => document.getElementById(id);
  const panel = byId("panel");

  const packed = Uint8Array.from(atob(byId("data").textContent), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = await new Response(unpacked).json();

  // Texts of outlets only ever become text nodes; an address becomes a link only where it is http or https.
  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function dated(index) {
    const day = new Date(data.first + "T00:00:00Z");
    day.setUTCDate(day.getUTCDate() + index);
    return day;
  }

  const iso = (day) => day.toISOString().slice(0, 10);
  // Made once: a formatter for each of some thousand days takes seconds.
  const WEEKDAYS = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" });
  const MONTHS = new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" });
  const NUMBERS = new Intl.NumberFormat("en");
  const weekday = (day) => WEEKDAYS.format(day);
  const counted = (count, one, many) => `${NUMBERS.format(count)} ${count === 1 ? one : many}`;

  const pages = data.pages.map((found) => found.map(([url, title, outcome, reason]) => (
    { url, title, outcome: data.outcomes[outcome], reason: data.texts[reason] })));
  const days = data.days.map(([state, reason, witnesses, finders, agreement, level, articles], index) => ({
    index, day: dated(index), state: data.states[state][0], word: data.states[state][1], reason: data.texts[reason],
    witnesses: data.texts[witnesses], finders: data.texts[finders], agreement, level, articles, pages: pages[index],
  }));
  const most = days.map((one) => one.articles).sort((a, b) => a - b)[Math.floor(days.length * 0.95)] || 1;
  const wanted = { state: new Set(), outcome: new Set() };
  const buttons = [];
  let chosen = null;

  function label(one) {
    return `${iso(one.day)}, ${weekday(one.day)}: ${one.word}, ${counted(one.articles, "article", "articles")} of ${counted(one.pages.length, "address", "addresses")}`;
  }

  function cell(one) {
    const shade = one.state === "complete" ? ` l${Math.min(4, Math.max(1, Math.ceil((4 * one.articles) / most)))}` : "";
    const button = element("button", { type: "button", class: `day ${one.state}${shade}`, "aria-label": label(one), title: label(one), tabindex: "-1", "data-day": iso(one.day) }, SIGNS[one.state]);
    buttons[one.index] = button;
    return button;
  }

  function year(found) {
    const map = element("div", { class: "map" }, element("span", {}, ""));
    for (const name of ["Mon", "", "Wed", "", "Fri", "", "Sun"]) map.append(element("span", { "aria-hidden": "true" }, name));
    const pads = (found[0].day.getUTCDay() + 6) % 7;
    found.forEach((one, place) => {
      const row = (pads + place) % 7;
      if (place === 0 || row === 0) {
        const begins = found.slice(place, place + 7 - row).find((next) => next.day.getUTCDate() === 1);
        const next = found.slice(place, place + 21).find((later) => later.day.getUTCDate() === 1);
        const named = begins || (place === 0 && !next ? one : null); // the name of a month needs room for two weeks
        map.append(element("span", { class: "month", "aria-hidden": "true" }, named ? MONTHS.format(named.day) : ""));
        for (let pad = 0; place === 0 && pad < pads; pad += 1) map.append(element("span", {}, ""));
      }
      map.append(cell(one));
    });
    const name = String(found[0].day.getUTCFullYear());
    return element("section", { class: "year", "aria-label": name }, element("h2", {}, name), map);
  }

  function isWanted(one) {
    const fits = !wanted.outcome.size || one.pages.some((page) => wanted.outcome.has(page.outcome));
    return fits && (!wanted.state.size || wanted.state.has(one.state));
  }

  function entry(page) {
    const isLink = /^https?:\/\//i.test(page.url);
    const name = page.title || page.url;
    const title = isLink ? element("a", { href: page.url, target: "_blank", rel: "noopener noreferrer" }, name) : element("span", {}, name);
    const came = data.words[page.outcome] + (page.reason ? ` (${page.reason})` : "");
    return element("li", {}, title, element("br"), element("small", {}, page.title ? `${came} · ${page.url}` : came));
  }

  function listed(found) {
    const fitting = found.filter((page) => !wanted.outcome.size || wanted.outcome.has(page.outcome));
    const list = element("ol", {}, ...fitting.slice(0, MOST).map(entry));
    if (fitting.length > MOST) list.append(element("li", {}, `… and ${NUMBERS.format(fitting.length - MOST)} more`));
    return list;
  }

  function fact(name, text) {
    return text ? [element("p", {}, element("span", { class: "quiet" }, `${name}: `), text)] : [];
  }

  function show(title, children) {
    const close = element("button", { type: "button", id: "close", "aria-label": "Close" }, "×");
    close.addEventListener("click", leave);
    panel.replaceChildren(close, element("h2", {}, title), ...children);
    panel.hidden = false;
    panel.scrollTop = 0;
  }

  function showDay(one) {
    const agree = one.agreement === null ? "" : `${Math.round(one.agreement * 100)} % of its addresses were listed by all of ${one.finders}`;
    show(`${iso(one.day)}, ${weekday(one.day)}`, [
      element("p", {}, element("strong", {}, one.word), one.reason ? `: ${one.reason}` : ""),
      ...fact("Vouched for by", one.witnesses || "nothing"),
      ...fact("Agreement", agree),
      ...fact("Usual on such a day", one.level === null ? "" : counted(one.level, "address", "addresses")),
      one.pages.length ? listed(one.pages) : element("p", { class: "quiet" }, "No address of this day is known."),
    ]);
  }

  function choose(index) {
    if (chosen !== null) buttons[chosen].removeAttribute("aria-current");
    chosen = index;
    if (index !== null) {
      buttons[index].setAttribute("aria-current", "date");
      history.replaceState(null, "", `#${iso(days[index].day)}`);
    } else {
      history.replaceState(null, "", location.pathname + location.search);
    }
    draw();
    if (index !== null) buttons[index].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // First the day, then the pages that were asked for by what came of them.
  function leave() {
    if (chosen === null) {
      wanted.outcome.clear();
      document.querySelectorAll("[data-outcome]").forEach((button) => button.setAttribute("aria-pressed", "false"));
    }
    choose(null);
  }

  function draw() {
    days.forEach((one) => buttons[one.index].classList.toggle("off", !isWanted(one)));
    if (chosen !== null) showDay(days[chosen]);
    else if (wanted.outcome.size) show("Pages", [listed(days.filter(isWanted).flatMap((one) => one.pages))]);
    else panel.hidden = true;
  }

  function chip(kind, value, word, count) {
    const mark = kind === "state" ? [element("i", { class: value, "aria-hidden": "true" }, SIGNS[value])] : [];
    const button = element("button", { type: "button", class: "chip", "aria-pressed": "false", [`data-${kind}`]: value }, ...mark, `${word} ${NUMBERS.format(count)}`);
    button.addEventListener("click", () => {
      const on = !wanted[kind].delete(value);
      if (on) wanted[kind].add(value);
      button.setAttribute("aria-pressed", String(on));
      draw();
    });
    return button;
  }

  function focus(index) {
    if (index < 0 || index >= buttons.length) return;
    buttons.forEach((button) => { if (button.tabIndex === 0) button.tabIndex = -1; });
    buttons[index].tabIndex = 0;
    buttons[index].focus();
  }

  const STEPS = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7, PageUp: -364, PageDown: 364 };
  const years = byId("years");
  years.addEventListener("click", (event) => {
    const index = buttons.indexOf(event.target.closest(".day"));
    if (index >= 0) { focus(index); choose(index); }
  });
  years.addEventListener("keydown", (event) => {
    const index = buttons.indexOf(event.target);
    if (index < 0) return;
    const to = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : index + (STEPS[event.key] || 0);
    if (to !== index || event.key === "Home" || event.key === "End") { event.preventDefault(); focus(to); }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });

  const byYear = new Map();
  for (const one of days) {
    const key = one.day.getUTCFullYear();
    if (!byYear.has(key)) byYear.set(key, []);
    byYear.get(key).push(one);
  }
  years.replaceChildren(...[...byYear.values()].map(year));
  for (const [state, word] of data.states) {
    const count = days.filter((one) => one.state === state).length;
    if (count) byId("by-state").append(chip("state", state, word, count));
  }
  for (const outcome of data.outcomes) {
    const count = pages.reduce((sum, some) => sum + some.filter((page) => page.outcome === outcome).length, 0);
    byId("by-outcome").append(chip("outcome", outcome, data.words[outcome], count));
  }
  byId("filters").hidden = byId("how").hidden = false;
  if (buttons.length) buttons[0].tabIndex = 0;
  const asked = days.findIndex((one) => `#${iso(one.day)}` === location.hash);
  if (asked >= 0) { focus(asked); choose(asked); }
})().catch((problem) => {
  document.getElementById("waiting").textContent = `The map could not be drawn (${problem}). The holes are listed below.`;
});
