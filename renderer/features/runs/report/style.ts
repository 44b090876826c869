/** How a report looks: ink on paper, whatever the theme of the app, so that it can be printed. */
export const STYLE = `
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #171b23; font: 14px/1.5 system-ui, sans-serif; }
main { max-width: 1100px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { margin: 0; font-size: 24px; }
h2 { margin: 32px 0 8px; padding-bottom: 4px; border-bottom: 1px solid #d7dce5; font-size: 17px; }
h3 { margin: 16px 0 4px; font-size: 14px; }
p { margin: 4px 0; }
.soft { color: #596374; font-weight: 400; }
.notes { white-space: pre-wrap; }
.tag { padding: 0 6px; border: 1px solid #d7dce5; border-radius: 9px; color: #434c5b; font-size: 12px; font-weight: 400; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; }
th, td { padding: 4px 14px 4px 0; border-bottom: 1px solid #e4e8ef; text-align: left; vertical-align: top; }
thead th { color: #434c5b; font-weight: 600; }
tbody th { min-width: 9em; font-weight: 600; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .n { white-space: normal; }
.id td { padding-top: 0; color: #596374; font-size: 12px; }
pre { padding: 10px 12px; overflow-x: auto; border-radius: 6px; background: #f3f4f7; font: 12.5px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 12px 0; break-inside: avoid; }
figcaption { font-weight: 600; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 12px 24px; }
.across { grid-column: 1 / -1; }
.picture { overflow-x: auto; }
.picture svg { max-width: 100%; height: auto; }
@page { margin: 14mm 12mm; }
@media print {
  body { font-size: 11px; }
  main { max-width: none; padding: 0; }
  table { width: 100%; font-size: 9.5px; }
  th, td { padding: 2px 8px 2px 0; overflow-wrap: break-word; }
  tbody th { min-width: 7em; }
  tr, pre { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  pre { font-size: 9.5px; }
  .wide, .picture { overflow: visible; }
  .pictures { grid-template-columns: 1fr 1fr; }
  .id td { font-size: 9px; }
  details { display: none; }
}
`
