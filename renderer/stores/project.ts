import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { dispatch, goTo as goToStep, newHistory, redo as redone, undo as undone, type Command } from '../../core/architecture/edit/index.ts'
import { hasErrors, inferProject, totalsOf, trainingMemory, type Project } from '../../core/architecture/index.ts'
import { BitwrightError } from '../../main/contract/faults.ts'
import type { OutputOf } from '../../main/contract/app/index.ts'
import { useNotices } from './notices.ts'

export type Place = OutputOf<'projects.open'>['place']

/** Where the open project is kept, and what was last written there. */
export interface Kept {
  readonly place: Place
  readonly revision: string | null
}

const EMPTY: Project = {
  version: 1,
  name: 'Untitled',
  description: '',
  dataset: 'digits',
  architecture: { version: 1, nodes: [], edges: [] },
  recipe: {
    version: 1, seed: 1234, epochs: 8, batchSize: 100, optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    learningRate: { start: 1e-2, schedule: { kind: 'exponential', end: 1e-4 } }, weightDecay: { rate: 0, on: 'weights' }, layerScale: { mode: 'exact', batchNormScale: false },
    clip: 'binaryWeights', weightInit: 'unit', loss: 'head', preprocessing: { kind: 'scale', low: -1, high: 1 }, inputKernel: 'auto',
    validation: 1000, shuffle: true, selection: 'bestValidationLatest', patience: 0, activations: 'recompute',
  },
}

/** The open project: the one truth that every view draws, changed by commands alone. */
export const useProject = defineStore('project', () => {
  const history = shallowRef(newHistory(EMPTY))
  const kept = shallowRef<Kept>()
  /** Its text as it was last saved or opened; empty for one that was never saved. */
  const savedText = ref('')
  /** Grows when another project is opened: views start anew. */
  const opened = ref(0)

  const project = computed(() => history.value.project)
  const architecture = computed(() => project.value.architecture)
  const inference = computed(() => inferProject(project.value))
  const totals = computed(() => totalsOf(inference.value))
  const memory = computed(() => trainingMemory(inference.value, project.value.recipe))
  const problems = computed(() => inference.value.problems)
  const trainable = computed(() => !hasErrors(inference.value))
  const text = computed(() => JSON.stringify(project.value))
  const unsaved = computed(() => text.value !== savedText.value)
  const done = computed(() => history.value.done)
  const undoneSteps = computed(() => history.value.undone)

  /** False, with a notice, if it was refused. Commands with one key that follow each other are one step. */
  function run(command: Command, key?: string): boolean {
    try {
      history.value = dispatch(history.value, command, key)
      return true
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      useNotices().fail(error)
      return false
    }
  }

  function undo(): void {
    history.value = undone(history.value)
  }

  function redo(): void {
    history.value = redone(history.value)
  }

  function goTo(steps: number): void {
    history.value = goToStep(history.value, steps)
  }

  /** Takes the place of the open project. `saved`: it is what its file holds. */
  function show(next: Project, where?: Kept, saved = where !== undefined): void {
    history.value = newHistory(next)
    kept.value = where
    savedText.value = saved ? JSON.stringify(next) : ''
    opened.value++
  }

  function wasSaved(where: Kept, savedProject: Project): void {
    kept.value = where
    savedText.value = JSON.stringify(savedProject)
  }

  return {
    history, project, architecture, inference, totals, memory, problems, trainable, kept, unsaved, opened, text, done, undone: undoneSteps,
    run, undo, redo, goTo, show, wasSaved, empty: EMPTY,
  }
})
