import { defineAsyncComponent, type Component } from 'vue'

interface RunTab {
  readonly name: string
  readonly title: string
  /** Is given `run`, its summary, and `data`, all that was told of it (runData.ts). */
  readonly component: Component
}

/** The parts of a run's page. */
export const runTabs: readonly RunTab[] = [
  { name: 'curves', title: 'Curves', component: defineAsyncComponent(() => import('./RunCharts.vue')) },
  { name: 'evaluate', title: 'Evaluate', component: defineAsyncComponent(() => import('../evaluate/EvaluateView.vue')) },
  { name: 'history', title: 'History and notes', component: defineAsyncComponent(() => import('./RunHistory.vue')) },
]
