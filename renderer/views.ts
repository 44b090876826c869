import { ChartSpline, Database, Grid3x3, Workflow, type LucideIcon } from '@lucide/vue'
import { defineAsyncComponent, type Component } from 'vue'

export interface View {
  readonly name: string
  readonly title: string
  readonly icon: LucideIcon
  readonly component: Component
}

/**
 * The views of the activity bar, in its order; Ctrl and a figure opens one. Each is renderer/features/NAME/NameView.vue, is loaded when it is
 * first shown, fills the room between the bars, and finds the open project, the engine and the rest in the stores.
 */
export const views: readonly View[] = [
  { name: 'design', title: 'Design', icon: Workflow, component: defineAsyncComponent(() => import('./features/design/DesignView.vue')) },
  { name: 'runs', title: 'Runs', icon: ChartSpline, component: defineAsyncComponent(() => import('./features/runs/RunsView.vue')) },
  { name: 'inspect', title: 'Inspect', icon: Grid3x3, component: defineAsyncComponent(() => import('./features/inspect/InspectView.vue')) },
  { name: 'data', title: 'Data', icon: Database, component: defineAsyncComponent(() => import('./features/data/DataView.vue')) },
]

