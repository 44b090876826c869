import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { InputOf, OutputOf } from '../../../../main/contract/app/index.ts'
import { bridge } from '../../../bridge.ts'

export type Evaluation = OutputOf<'runs.evaluate'>
export type Split = NonNullable<InputOf<'runs.evaluate'>['split']>
export type Arithmetic = Evaluation['arithmetic']

/** What was asked. `written`: the checkpoint's time, since "best" and "last" become others while a run is trained. */
export interface Question {
  readonly run: string
  readonly checkpoint: string
  readonly split: Split
  readonly arithmetic: Arithmetic
  readonly written: string
}

/** A split of images can be large; that many answers are kept. */
const KEPT = 8

/** Evaluations of this session: asked once, there again when their run is looked at again. */
export const useEvaluations = defineStore('evaluations', () => {
  const answers = shallowRef<ReadonlyMap<string, Evaluation>>(new Map())
  const errors = shallowRef<ReadonlyMap<string, unknown>>(new Map())
  const asking = ref<ReadonlySet<string>>(new Set())
  const keyOf = ({ run, checkpoint, split, arithmetic, written }: Question): string => [run, checkpoint, split, arithmetic, written].join(' ')

  async function ask(question: Question): Promise<void> {
    const key = keyOf(question)
    if (asking.value.has(key)) return
    asking.value = new Set(asking.value).add(key)
    errors.value = new Map([...errors.value].filter(([own]) => own !== key))
    try {
      const { run, checkpoint, split, arithmetic } = question
      const answer = await bridge().call('runs.evaluate', { run, checkpoint, split, arithmetic })
      answers.value = new Map([...answers.value, [key, answer] as const].slice(-KEPT))
    } catch (error) {
      errors.value = new Map(errors.value).set(key, error)
    } finally {
      asking.value = new Set([...asking.value].filter(own => own !== key))
    }
  }

  return {
    ask,
    answer: (question: Question) => answers.value.get(keyOf(question)),
    error: (question: Question) => errors.value.get(keyOf(question)),
    isAsking: (question: Question) => asking.value.has(keyOf(question)),
  }
})
