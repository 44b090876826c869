import { computed, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import type { Signs } from '../../../core/analysis/signs.ts'
import type { OutputOf } from '../../../main/contract/app/index.ts'
import type { InspectTarget, Moment } from '../../../main/contract/app/inspect.ts'
import { bridge } from '../../bridge.ts'
import { look, turnedBits, type LookedLayer } from './atlas/tiles.ts'

export type About = OutputOf<'inspect.target'>
export type Figures = OutputOf<'inspect.figures'>

/** One network that is looked at, at one moment; `mark` is another moment, since which bits have turned. */
export function createSide(layerName: Ref<string | undefined>) {
  const target = shallowRef<InspectTarget>()
  const about = shallowRef<About>()
  const momentName = ref<string>()
  const markName = ref<string>()
  const looked = shallowRef<LookedLayer>()
  const marked = shallowRef<{ readonly moment: string; readonly layer: string; readonly signs: Signs }>()
  const figures = shallowRef<Figures>()
  /** Figures are those of another moment. */
  const isCounting = ref(false)
  const error = shallowRef<unknown>()
  const busy = ref(false)

  const moments = computed<readonly Moment[]>(() => about.value?.moments ?? [])
  const moment = computed(() => moments.value.find(({ name }) => name === momentName.value))
  const layer = computed(() => about.value?.layers.find(({ name }) => name === layerName.value))
  const convolution = computed(() => figures.value?.layers.find(({ name }) => name === layerName.value))
  const dense = computed(() => figures.value?.dense.find(({ name }) => name === layerName.value))
  /** By item, while the mark is another moment. */
  const turned = computed(() => {
    const mark = marked.value
    if (!looked.value || !mark || mark.layer !== looked.value.layer.name || mark.moment !== markName.value || mark.moment === looked.value.moment) return undefined
    return turnedBits(looked.value, mark.signs)
  })

  async function open(next: InspectTarget): Promise<void> {
    target.value = next
    about.value = undefined
    looked.value = undefined
    marked.value = undefined
    figures.value = undefined
    markName.value = undefined
    momentName.value = undefined
    error.value = undefined
    await refresh()
  }

  /** Asks again what is kept; who looks at the newest moment goes on to a newer one. */
  async function refresh(): Promise<void> {
    const asked = target.value
    if (!asked) return
    try {
      const told = await bridge().call('inspect.target', { target: asked })
      if (target.value !== asked) return
      const newest = momentName.value === undefined || momentName.value === moments.value.at(-1)?.name
      about.value = told
      if (newest || !moment.value) momentName.value = told.moments.at(-1)?.name
      if (markName.value !== undefined && !told.moments.some(({ name }) => name === markName.value)) markName.value = undefined
    } catch (cause) {
      if (target.value === asked) error.value = cause
    }
  }

  function close(): void {
    target.value = undefined
    about.value = undefined
    looked.value = undefined
    figures.value = undefined
  }

  const looking = newestOnly(async () => {
    const [asked, name, at] = [target.value, layer.value, momentName.value]
    if (!asked || !name || at === undefined) {
      looked.value = undefined
      return
    }
    busy.value = true
    try {
      const { signs } = await bridge().call('inspect.filters', { target: asked, moment: at, layer: name.name })
      if (target.value === asked) {
        looked.value = look(name, at, signs)
        error.value = undefined
      }
    } catch (cause) {
      if (target.value === asked) error.value = cause
    } finally {
      busy.value = false
    }
  })
  const marking = newestOnly(async () => {
    const [asked, name, at] = [target.value, layerName.value, markName.value]
    if (!asked || name === undefined || at === undefined) {
      marked.value = undefined
      return
    }
    const answer = await bridge().call('inspect.filters', { target: asked, moment: at, layer: name }).catch((cause: unknown) => {
      error.value = cause
      return undefined
    })
    if (answer && target.value === asked) marked.value = { moment: at, layer: name, signs: answer.signs }
  })
  const counting = newestOnly(async () => {
    const [asked, at] = [target.value, momentName.value]
    if (!asked || at === undefined) return
    isCounting.value = true
    const told = await bridge().call('inspect.figures', { target: asked, moment: at }).catch((cause: unknown) => {
      error.value = cause
      return undefined
    })
    if (told && target.value === asked) figures.value = told
    isCounting.value = false
  })
  // The filters first: they are what is looked at, and figures take longer.
  watch([layer, momentName], () => void looking())
  watch([layerName, markName, target], () => void marking())
  watch([about, momentName], () => void counting())

  return reactive({ layerName, target, about, momentName, markName, moments, moment, layer, looked, turned, figures, isCounting, convolution, dense, error, busy, open, refresh, close })
}
export type Side = ReturnType<typeof createSide>

/** Runs `work` one at a time; what was asked for meanwhile is done once, afterwards. A slider asks more often than answers come. */
function newestOnly(work: () => Promise<void>): () => Promise<void> {
  let running = false
  let again = false
  return async () => {
    again = true
    if (running) return
    running = true
    try {
      while (again) {
        again = false
        await work()
      }
    } finally {
      running = false
    }
  }
}
