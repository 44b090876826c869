import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { setFields, type Project } from '../../../../core/architecture/index.ts'
import { BitwrightError } from '../../../../main/contract/faults.ts'
import type { InputOf } from '../../../../main/contract/app/index.ts'
import { useProject } from '../../../stores/project.ts'
import { launchFields, valuesOf, type Override } from './fields.ts'
import { readSweep, type SweepDraft } from './sweep.ts'

/** What a launch is to be, while it is being written, and what it would make. */
export const useLaunch = defineStore('launch', () => {
  const project = useProject()
  const dataset = ref('')
  const limitTrain = ref<number>()
  const name = ref('')
  const seed = ref(0)
  const repeats = ref(1)
  const overrides = shallowRef<readonly Override[]>([])
  const sweep = shallowRef<SweepDraft>({ kind: 'none', axes: [], count: 10, seed: 1 })

  /** The open project's own. */
  function reset(): void {
    dataset.value = project.project.dataset
    limitTrain.value = undefined
    name.value = ''
    seed.value = project.project.recipe.seed
    repeats.value = 1
    overrides.value = []
    sweep.value = { kind: 'none', axes: [], count: 10, seed: 1 }
  }

  const fields = computed(() => launchFields(project.project))

  /** What is wrong with each override, by its path. */
  const refusals = computed(() => {
    const wrong = new Map<string, string>()
    for (const { path, text } of overrides.value) {
      const field = fields.value.find(candidate => candidate.path === path)
      const read = field ? valuesOf(text, field.control) : { refusal: 'there is no such field any more' }
      if ('refusal' in read) wrong.set(path, read.refusal)
      else if (read.values.length > 1) wrong.set(path, 'expected one value; a sweep takes several')
    }
    return wrong
  })
  const set = computed(() => [
    ...(seed.value === project.project.recipe.seed ? [] : [`recipe.seed=${seed.value}`]),
    ...overrides.value.map(({ path, text }) => `${path}=${text.trim()}`),
  ])

  /** The project as the first of the runs would train it, or why it cannot be made. */
  const changed = computed<{ readonly project: Project } | { readonly refusal: string }>(() => {
    if (refusals.value.size > 0) return { refusal: 'a value is wrong' }
    try {
      return { project: setFields(project.project, set.value) }
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      return { refusal: error.what }
    }
  })
  const swept = computed(() => readSweep(sweep.value, fields.value))
  const runs = computed(() => ('refusal' in swept.value ? 0 : swept.value.runs * repeats.value))
  const obstacle = computed(() => ('refusal' in changed.value ? changed.value.refusal : 'refusal' in swept.value ? `${swept.value.path}: ${swept.value.refusal}` : ''))

  const request = computed<InputOf<'queue.add'>>(() => ({
    project: project.project,
    ...(dataset.value !== project.project.dataset && { dataset: dataset.value }),
    ...(limitTrain.value !== undefined && { limitTrain: limitTrain.value }),
    set: set.value,
    repeats: repeats.value,
    ...('sweep' in swept.value && swept.value.sweep && { sweep: swept.value.sweep }),
    ...(name.value.trim() !== '' && { name: name.value.trim() }),
  }))

  return { dataset, limitTrain, name, seed, repeats, overrides, sweep, fields, refusals, changed, swept, runs, obstacle, request, reset }
})
