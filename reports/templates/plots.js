const settings = { responsive: true, displaylogo: false, displayModeBar: false };
for (const [id, figure] of Object.entries(figures)) Plotly.newPlot(id, figure.data, figure.layout, settings);
window.addEventListener("beforeprint", () => Object.keys(figures).forEach((id) => Plotly.Plots.resize(id)));
