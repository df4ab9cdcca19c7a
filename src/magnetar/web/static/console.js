// What the console does beyond links and forms. Everything works without it, but for charts and live progress.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // ---- charts: the interval is always drawn; the table beside it says the same
  const drawn = new Map();
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const shorten = (value, percent) => {
    if (percent) return `${Math.round(value * 1000) / 10}%`;
    const size = Math.abs(value);
    if (size >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
    if (size >= 1e4) return `${+(value / 1e3).toFixed(0)}k`;
    return `${+value.toFixed(2)}`;
  };
  const base = () => ({
    animationDuration: 300,
    textStyle: { fontFamily: token("type"), color: token("ink-2") },
    grid: { left: 8, right: 20, top: 12, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, confine: true,
      backgroundColor: token("card"), borderColor: token("line-strong"), textStyle: { color: token("ink"), fontSize: 12 },
    },
    legend: { bottom: 0, itemWidth: 12, itemHeight: 8, icon: "roundRect", textStyle: { color: token("ink-2"), fontSize: 12 } },
  });
  const categories = (names) => ({
    type: "category", data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } },
    axisLabel: { color: token("ink-2"), fontSize: 12 },
  });
  const across = (names, canvas) => ({
    ...categories(names),
    axisLabel: { ...categories([]).axisLabel, interval: 0, width: Math.max(44, (canvas.clientWidth - 60) / Math.max(1, names.length) - 6), overflow: "break" },
  });
  const values = (percent) => ({
    type: "value", axisLabel: { color: token("ink-3"), fontSize: 11, formatter: (value) => shorten(value, percent) },
    splitLine: { lineStyle: { color: token("line") } },
  });
  const whiskers = (rows, place, color, width = 3) => rows.map((row, at) => (row[1] === null || row[2] === null ? null : {
    type: "line", silent: true, data: [place(row[1], at), place(row[2], at)], symbol: "rect", animation: false, tooltip: { show: false },
    symbolSize: place(1, 0)[0] === 1 ? [2, 13] : [13, 2], lineStyle: { width, color }, itemStyle: { color }, z: 5,
  })).filter(Boolean);

  const makers = {
    intervals(data) {
      const rows = [...data.rows].reverse();
      const names = [...data.names].reverse();
      const digits = data.digits || 0;
      const number = (value) => (value === null ? "–" : data.percent ? `${(value * 100).toFixed(1)}%` : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−"));
      const color = (row) => (row[1] > 0 ? token("series-gain") : row[2] < 0 ? token("series-taken") : token("ink-3"));
      const option = { ...base(), legend: undefined };
      option.tooltip.formatter = (points) => { const row = rows[points[0].dataIndex]; return `${points[0].name}\n${number(row[0])}  [${number(row[1])}, ${number(row[2])}]`; };
      option.xAxis = { ...values(data.percent), scale: false };
      option.yAxis = categories(names);
      option.series = [
        { type: "bar", silent: false, barWidth: 26, itemStyle: { color: "transparent" }, data: rows.map((row) => row[2] ?? row[0]) },
        {
          type: "scatter", symbol: "circle", symbolSize: 11, z: 6,
          data: rows.map((row, at) => ({ value: [row[0], names[at]], itemStyle: { color: color(row), borderColor: token("card"), borderWidth: 2 } })),
          label: { show: true, position: "top", distance: 5, color: token("ink"), fontSize: 12, fontWeight: 600, formatter: (point) => number(point.value[0]) },
          markLine: { silent: true, symbol: "none", animation: false, label: { show: false }, lineStyle: { color: token("ink-3"), type: "dashed", width: 1 }, data: [{ xAxis: 0 }] },
        },
        ...rows.flatMap((row, at) => whiskers([row], (value) => [value, names[at]], color(row)).map((series) => ({ ...series, symbolSize: [2, 13] }))),
      ];
      return option;
    },
    stack(data, canvas) {
      const option = base();
      const colors = data.tones ? data.tones.map((tone) => token(`series-${tone}`)) : [token("series-organic"), token("series-paid"), token("series-taken")];
      option.grid.bottom = 30;
      option.xAxis = data.tones ? categories(data.names) : across(data.names, canvas);
      option.yAxis = values(false);
      const digits = data.digits || 0;
      option.tooltip.valueFormatter = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en", { maximumFractionDigits: digits }));
      option.series = data.series.map((series, at) => ({ type: "bar", stack: "sales", name: series.name, data: series.values, barMaxWidth: 54, itemStyle: { color: colors[at] } }));
      return option;
    },
    lines(data) {
      const option = base();
      const colors = data.series.length > 1 ? [token("ink-3"), token("series-paid")] : [token("series-paid")];
      const number = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en", { maximumFractionDigits: data.digits || 0 }));
      const said = new Map(data.points.map((point) => [point.at, point.text]));
      option.grid.bottom = data.series.length > 1 ? 30 : 4;
      option.grid.right = 34;
      if (data.series.length < 2) option.legend = undefined;
      option.tooltip.axisPointer = { type: "line" };
      option.tooltip.formatter = (points) => {
        const at = points[0].dataIndex;
        const lines = data.series.map((series) => `${series.name} ${number(series.values[at])}`);
        return [data.names[at], ...lines, ...(said.has(at) ? [said.get(at).replace(/(.{34})/gu, "$1\n")] : [])].join("\n");
      };
      option.xAxis = { ...categories(data.names), boundaryGap: false };
      option.yAxis = { ...values(false), ...(data.floor === undefined ? {} : { min: data.floor }) };
      if (data.axis) {
        Object.assign(option.yAxis, { name: data.axis, nameLocation: "end", nameTextStyle: { color: token("ink-3"), fontSize: 11, align: "left", padding: [0, 0, 0, -24] } });
        option.grid.top = 30;
      }
      if (data.times) option.yAxis = { ...option.yAxis, type: "log", logBase: 2, axisLabel: { ...option.yAxis.axisLabel, formatter: (value) => `×${+value.toPrecision(2)}` } };
      option.series = data.series.map((series, at) => ({
        type: "line", name: series.name, data: series.values, step: series.step ? "end" : false, symbol: "none", connectNulls: false, itemStyle: { color: colors[at] },
        lineStyle: { width: series.dash ? 1.5 : 2.5, type: series.dash ? "dashed" : "solid", color: colors[at] }, areaStyle: series.fill ? { color: colors[at], opacity: 0.12 } : undefined,
        markLine: data.times && at === 0 ? { silent: true, symbol: "none", animation: false, lineStyle: { color: token("ink-3"), type: "dotted" }, label: { show: false }, data: [{ yAxis: 1 }] } : undefined,
      }));
      if (data.points.length) option.series.push({ type: "scatter", name: "", symbolSize: 8, z: 6, itemStyle: { color: token("card"), borderColor: token("series-taken"), borderWidth: 2 }, data: data.points.map((point) => [point.at, point.value]) });
      return option;
    },
    landscape(data) {
      const option = base();
      const times = (place) => `×${+(2 ** place).toPrecision(3)}`;
      const cost = token("series-taken"), worth = token("series-gain");
      option.grid = { ...option.grid, top: 26, bottom: 30 };
      option.tooltip.axisPointer = { type: "line" };
      option.tooltip.formatter = (points) => [times(points[0].value[0]), ...points.map((point) => `${point.seriesName} ${point.value[1].toLocaleString("en", { maximumFractionDigits: 1 })}`)].join("\n");
      const low = data.at[0], high = data.at[data.at.length - 1];
      option.xAxis = { type: "value", min: low, max: high, interval: Math.max(1, Math.round((high - low) / 6)), axisLabel: { color: token("ink-2"), fontSize: 12, formatter: times, hideOverlap: true }, axisLine: { onZero: false, lineStyle: { color: token("line-strong") } }, splitLine: { show: false } };
      const axis = (side, color) => ({ ...values(false), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { ...values(false).axisLabel, color }, splitLine: { show: side === data.left, lineStyle: { color: token("line") } } });
      option.yAxis = [axis(data.left, cost), axis(data.right, worth)];
      const line = (side, color, index) => ({ type: "line", name: side.name, yAxisIndex: index, symbol: "none", data: data.at.map((at, row) => [at, side.values[row]]), lineStyle: { width: 2.5, color }, itemStyle: { color } });
      const most = Math.max(...data.left.values);
      const inside = (at) => Math.min(high, Math.max(low, at));
      option.series = [line(data.left, cost, 0), line(data.right, worth, 1)];
      option.series[0].markLine = {
        silent: true, symbol: "none", animation: false,
        data: [
          ...data.marks.map((mark) => ({ xAxis: inside(mark.at), label: { formatter: mark.name, color: token("ink"), fontSize: 12, fontWeight: 600, position: "insideEndTop", rotate: 0, distance: 6, align: mark.at > (low + high) / 2 ? "right" : "left" }, lineStyle: { color: token("ink"), type: "solid", width: 1.5 } })),
          ...(data.line.value <= most * 1.05 ? [{ yAxis: data.line.value, label: { formatter: data.line.name, position: "insideStartTop", color: cost, fontSize: 11 }, lineStyle: { color: cost, type: "dashed", width: 1.2 } }] : []),
        ],
      };
      return option;
    },
    claims(data, canvas) {
      const option = base();
      option.grid.bottom = 30;
      option.xAxis = across(data.names, canvas);
      option.yAxis = values(false);
      const number = (value) => (value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: data.digits || 0 }));
      option.tooltip.formatter = (points) => {
        const at = points[0].dataIndex, row = data.rows[at];
        return `${data.names[at]}\n${data.labels[0]} ${number(data.claimed[at])}\n${data.labels[1]} ${number(row[0])} [${number(row[1])}, ${number(row[2])}]`;
      };
      const gain = token("series-gain");
      option.legend.data = data.labels;
      option.series = [
        { type: "bar", name: data.labels[0], data: data.claimed, barMaxWidth: 54, itemStyle: { color: token("series-claimed"), borderRadius: [3, 3, 0, 0] } },
        { type: "scatter", name: data.labels[1], symbolSize: 12, z: 6, itemStyle: { color: gain, borderColor: token("card"), borderWidth: 2 }, data: data.rows.map((row, at) => [data.names[at], row[0]]) },
        ...data.rows.flatMap((row, at) => whiskers([row], (value) => [data.names[at], value], gain).map((series) => ({ ...series, symbolSize: [13, 2] }))),
      ];
      return option;
    },
  };
  const draw = (root) => {
    for (const [canvas, chart] of drawn) if (!canvas.isConnected) { chart.dispose(); drawn.delete(canvas); }
    if (!window.echarts) return;
    for (const figure of all("figure.chart", root)) {
      const canvas = one(".canvas", figure);
      const data = JSON.parse(one('script[type="application/json"]', figure).textContent);
      canvas.hidden = false;
      one("details", figure).open = false;
      const chart = drawn.get(canvas) || window.echarts.init(canvas, null, { renderer: "canvas" });
      drawn.set(canvas, chart);
      chart.setOption(makers[data.kind](data, canvas), true);
    }
  };
  addEventListener("resize", () => { for (const chart of drawn.values()) chart.resize(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(document));

  // ---- live progress
  const watch = () => {
    const place = one("[data-watch]");
    if (!place || !place.dataset.watch || !window.EventSource) return;
    const source = new EventSource(place.dataset.watch);
    source.addEventListener("progress", (event) => {
      const said = JSON.parse(event.data);
      const held = document.activeElement && place.contains(document.activeElement) ? document.activeElement.textContent : "";
      place.innerHTML = said.html;
      if (window.htmx) window.htmx.process(place);
      draw(place);
      if (held) { const same = all("button, a", place).find((node) => node.textContent === held); if (same) same.focus(); }
      if (!said.active) { source.close(); place.dataset.watch = ""; }
    });
  };

  // ---- dialogue, toasts, confirmations, uploads
  const dialogue = one("#dialogue");
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === dialogue && !dialogue.open) dialogue.showModal();
    draw(event.detail.target);
    films(event.detail.target);
  });
  const fade = (toast) => setTimeout(() => toast.remove(), toast.classList.contains("bad") ? 9000 : 5000);
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => node.classList && node.classList.contains("toast") && fade(node)))).observe(one("#toasts"), { childList: true });
  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close]");
    if (closer) {
      const toast = closer.closest(".toast");
      if (toast) toast.remove();
      else if (dialogue.open) { event.preventDefault(); dialogue.close(); }
    } else if (event.target === dialogue) dialogue.close();
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-now]");
    if (form) form.requestSubmit();
    const drop = event.target.closest("[data-drop]");
    if (drop) one(".chosen", drop).textContent = event.target.files[0] ? event.target.files[0].name : "";
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sure && !confirm(form.dataset.sure)) { event.preventDefault(); return; }
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = one("button:not([type=button])", form);
    if (button && form.dataset.busy) setTimeout(() => { button.textContent = form.dataset.busy; button.disabled = true; });
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));
  for (const drop of all("[data-drop]")) {
    for (const name of ["dragover", "dragleave", "drop"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.toggle("over", name === "dragover"); });
    drop.addEventListener("drop", (event) => { const input = one("input", drop); input.files = event.dataTransfer.files; input.dispatchEvent(new Event("change", { bubbles: true })); });
  }
  const films = (root) => { for (const film of all("[data-film]", root)) {
    const video = one("video", film), play = document.createElement("button");
    if (one(".play", film)) continue;
    play.className = "play";
    play.type = "button";
    play.setAttribute("aria-label", film.dataset.film);
    video.controls = false;
    video.after(play);
    play.addEventListener("click", () => { all("video").forEach((other) => other.pause()); video.controls = true; video.play(); });
    video.addEventListener("play", () => { video.controls = true; play.hidden = true; });
  } };
  films(document);
  document.addEventListener("click", (event) => all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener("error", (event) => {
    if (event.target.matches && event.target.matches("img[data-picture]")) { const none = document.createElement("span"); none.className = "no-picture"; none.textContent = "–"; event.target.replaceWith(none); }
  }, true);

  draw(document);
  watch();
  all("#toasts .toast").forEach(fade);
})();
