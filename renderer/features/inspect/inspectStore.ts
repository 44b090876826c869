import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { InspectTarget } from '../../../main/contract/app/inspect.ts'
import type { OutputOf } from '../../../main/contract/app/index.ts'
import { bridge } from '../../bridge.ts'
import { usePreferences } from '../../stores/preferences.ts'
import { useRuns } from '../../stores/runs.ts'
import { useWorkbench } from '../../stores/workbench.ts'
import type { Order } from './atlas/arrange.ts'
import { createSide } from './side.ts'

export type Tab = 'filters' | 'table' | 'epochs' | 'latent' | 'pictures' | 'activations' | 'channels'

/** Pixels of a bit's side, at most. */
const LARGEST_BIT = 24

/** What the Inspect view looks at: a network, perhaps another beside it, one layer of both, and what is chosen in it. */
export const useInspect = defineStore('inspect', () => {
  const preferences = usePreferences()
  const runs = useRuns()
  const layerName = ref<string>()
  const main = createSide(layerName)
  const beside = createSide(layerName)
  const models = shallowRef<OutputOf<'models.list'>['models']>([])
  /** Models that cannot be read. */
  const damaged = shallowRef<OutputOf<'models.list'>['damaged']>([])
  const tab = ref<Tab>('filters')
  const every = ref(false)
  const order = ref<Order>('count')
  const paired = ref(true)
  /** Side of a bit in pixels, or undefined for what suits. */
  const zoom = ref<number>()
  /** Text of the pattern that is chosen (filterBank.keyText): the same filter at every moment and in both networks. */
  const chosenKey = ref<string>()
  /** Output channel or unit. */
  const channel = ref<number>()
  const sides = computed(() => (beside.target ? [main, beside] : [main]))

  /** Shows a network, in the Inspect view. */
  async function open(target: InspectTarget): Promise<void> {
    preferences.remember('inspected', 'run' in target ? target.run : `model:${target.model}`)
    await show(target)
    useWorkbench().showView('inspect')
  }

  async function show(target: InspectTarget): Promise<void> {
    chosenKey.value = undefined
    channel.value = undefined
    await main.open(target)
    const layers = main.about?.layers ?? []
    if (!layers.some(({ name }) => name === layerName.value)) layerName.value = (layers.find(layer => layer.kind === 'conv2d' && layer.picture === null) ?? layers[0])?.name
  }

  /** What was looked at last, or the newest run that has weights. */
  async function begin(): Promise<void> {
    const list = await bridge().call('models.list', {})
    models.value = list.models
    damaged.value = list.damaged
    if (main.target) {
      await main.refresh()
      return
    }
    const remembered = preferences.layout['inspected']
    const newest = runs.runs.find(({ epochs }) => epochs > 0)
    const wanted = typeof remembered === 'string' ? targetNamed(remembered) : undefined
    if (wanted && exists(wanted)) await show(wanted)
    else if (newest) await show({ run: newest.id })
    else if (models.value[0]) await show({ model: models.value[0].name })
  }

  function exists(target: InspectTarget): boolean {
    return 'run' in target ? runs.runs.some(({ id }) => id === target.run) : models.value.some(({ name }) => name === target.model)
  }

  function chooseLayer(name: string): void {
    if (layerName.value === name) return
    layerName.value = name
    chosenKey.value = undefined
    channel.value = undefined
  }

  function zoomBy(by: number): void {
    zoom.value = Math.min(LARGEST_BIT, Math.max(1, (zoom.value ?? (every.value ? 4 : 8)) + by))
  }

  /** Shows the filters of an output channel, or a unit, in the atlas. */
  function jumpTo(output: number): void {
    channel.value = output
    every.value = true
    order.value = 'channel'
    tab.value = 'filters'
  }

  return { layerName, main, beside, sides, models, damaged, tab, every, order, paired, zoom, chosenKey, channel, open, show, begin, chooseLayer, zoomBy, jumpTo }
})

function targetNamed(text: string): InspectTarget {
  return text.startsWith('model:') ? { model: text.slice(6) } : { run: text }
}
