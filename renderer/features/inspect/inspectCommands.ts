import { topFilters } from '../../../core/analysis/repetition.ts'
import type { AppCommand } from '../../commands/registry.ts'
import { useInspect } from './inspectStore.ts'

/** What can be done while the Inspect view is shown. */
export function inspectCommands(): AppCommand[] {
  const inspect = useInspect()
  const layers = () => inspect.main.about?.layers ?? []
  function walkLayers(by: number): void {
    const at = layers().findIndex(({ name }) => name === inspect.layerName)
    const next = layers()[Math.min(layers().length - 1, Math.max(0, at + by))]
    if (next) inspect.chooseLayer(next.name)
  }
  function walkMoments(by: number): void {
    const { moments, momentName } = inspect.main
    const next = moments[moments.findIndex(({ name }) => name === momentName) + by]
    if (next) inspect.main.momentName = next.name
  }
  /** Bits that turned since the moment before, wherever the slider is then. */
  function markBefore(): void {
    const { moments, momentName, markName } = inspect.main
    const before = moments[moments.findIndex(({ name }) => name === momentName) - 1]
    inspect.main.markName = markName === undefined ? before?.name : undefined
    if (inspect.main.markName !== undefined) inspect.every = true
  }
  function mostFrequent(): void {
    const bank = inspect.main.looked?.bank
    const key = bank && topFilters(bank, 1)[0]?.key
    if (key !== undefined) inspect.chosenKey = key
  }
  return [
    { name: 'inspect.layerBefore', title: 'Inspect the layer before', group: 'View', keys: ['Alt+ArrowUp'], enabled: () => layers().length > 0, run: () => walkLayers(-1) },
    { name: 'inspect.layerAfter', title: 'Inspect the next layer', group: 'View', keys: ['Alt+ArrowDown'], enabled: () => layers().length > 0, run: () => walkLayers(1) },
    { name: 'inspect.momentBefore', title: 'An epoch back', group: 'View', keys: ['['], run: () => walkMoments(-1) },
    { name: 'inspect.momentAfter', title: 'An epoch on', group: 'View', keys: [']'], run: () => walkMoments(1) },
    { name: 'inspect.turned', title: 'Bits that turned since the epoch before', group: 'View', keys: ['B'], run: markBefore },
    { name: 'inspect.mostFrequent', title: 'Choose the most frequent filter', group: 'View', keys: ['T'], enabled: () => inspect.main.looked?.bank !== undefined, run: mostFrequent },
    { name: 'inspect.larger', title: 'Larger tiles', group: 'View', keys: ['+', '='], run: () => inspect.zoomBy(1) },
    { name: 'inspect.smaller', title: 'Smaller tiles', group: 'View', keys: ['-'], run: () => inspect.zoomBy(-1) },
  ]
}
