import { createPinia } from 'pinia'
import { createApp, defineComponent, h, ref } from 'vue'
import LineChart from '../../../renderer/charts/LineChart.vue'
import type { ChartSeries } from '../../../renderer/charts/series.ts'
import { Growing } from '../../../renderer/features/runs/live/growing.ts'
import '../../../renderer/styles/base.css'
import '../../../renderer/styles/tokens.css'

/** A chart of 20 curves of 100,000 points that all get another ten times a second: what test/bench-page/charts.ts measures. */
const SERIES = 20
const POINTS = 100_000
const EVERY_MILLISECONDS = 100

const names = Array.from({ length: SERIES }, (_, at) => `curve ${at + 1}`)
const table = new Growing(['step', ...names])

/** A falling curve with noise of its own; the same at every start. */
function append(): void {
  const step = table.length
  const row: Record<string, number> = { step }
  for (const [at, name] of names.entries()) row[name] = 1 / (1 + step / 20_000) + at / 10 + 0.2 * Math.sin(step * (12.9898 + at) + 78.233 * Math.sin(step))
  table.append(row)
}

for (let point = 0; point < POINTS; point++) append()

const Page = defineComponent(() => {
  const grown = ref(0)
  setInterval(() => {
    append()
    grown.value++
  }, EVERY_MILLISECONDS)
  return () => h(LineChart, {
    title: 'Many curves',
    series: names.map((name, role): ChartSeries => ({ name, role, x: table.column('step'), y: table.column(name) })),
    x: { kind: 'step', label: 'step' },
    y: { label: `after ${grown.value} updates`, unit: 'number' },
    smoothing: { kind: 'average', weight: 0.6 },
    height: 600,
  })
})

createApp(Page).use(createPinia()).mount('#app')
