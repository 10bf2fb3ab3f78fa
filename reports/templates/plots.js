const settings = { responsive: true, displaylogo: false, displayModeBar: false };
const page = { width: 1000, height: 560 }; // a landscape page, in the browser's pixels
const drawings = Object.entries(figures).map(([id, { data, layout }]) => [id, data, layout]);
const draw = (id, data, layout) => Plotly.newPlot(id, structuredClone(data), structuredClone(layout), settings);
// Bars need their height, and may go over the page; what flows can be drawn lower.
const onPaper = (data, layout) => ({
  ...layout,
  width: page.width,
  height: data[0].type === "sankey" ? Math.min(layout.height, page.height) : layout.height,
});
drawings.forEach(([id, data, layout]) => draw(id, data, layout));
window.addEventListener("beforeprint", () => drawings.forEach(([id, data, layout]) => draw(id, data, onPaper(data, layout))));
window.addEventListener("afterprint", () => drawings.forEach(([id, data, layout]) => draw(id, data, layout)));
