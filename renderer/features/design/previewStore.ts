import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { expandGroups } from '../../../core/architecture/index.ts'
import type { OutputOf } from '../../../main/contract/app/index.ts'
import { bridge } from '../../bridge.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { thumbnailOf } from './activationPicture.ts'

export type Activation = OutputOf<'preview.sample'>['nodes'][number]

/** One image of the data set on its way through the network as it is drawn. */
export const usePreview = defineStore('preview', () => {
  const project = useProject()
  const notices = useNotices()
  const shown = ref(false)
  const split = ref<'train' | 'test'>('test')
  const index = ref(0)
  const busy = ref(false)
  const result = shallowRef<OutputOf<'preview.sample'>>()
  /** The text of what the result was computed for. */
  const computedFor = ref('')
  const activations = computed(() => new Map((shown.value ? result.value?.nodes ?? [] : []).map(node => [node.id, node])))
  const thumbnails = computed(() => new Map([...activations.value].map(([id, activation]) => [id, thumbnailOf(activation)])))
  /** What it depends on: not where layers stand on the drawing. */
  const subject = computed(() => {
    const { nodes, edges } = expandGroups(project.architecture)
    return JSON.stringify([nodes.map(({ id, kind, attributes }) => [id, kind, attributes]), edges, project.project.dataset, project.project.recipe.seed, split.value, index.value])
  })
  const stale = computed(() => result.value !== undefined && computedFor.value !== subject.value)

  async function compute(): Promise<void> {
    if (busy.value) return
    if (!project.trainable) {
      notices.add('warning', 'The preview needs a network without problems', { remedy: 'mend what the problems panel lists' })
      return
    }
    busy.value = true
    shown.value = true
    const asked = subject.value
    const answer = await notices.attempt(() => bridge().call('preview.sample', { project: project.project, dataset: project.project.dataset, split: split.value, index: index.value }))
    busy.value = false
    if (!answer) return
    result.value = answer
    computedFor.value = asked
  }

  function step(by: number): void {
    index.value = Math.max(0, index.value + by)
    if (shown.value) void compute()
  }

  /** This image from now on. */
  function show(from: 'train' | 'test', at: number): void {
    split.value = from
    index.value = at
    void compute()
  }

  function hide(): void {
    shown.value = false
  }

  // Another project: what was computed is of the one before.
  watch(() => project.opened, () => {
    result.value = undefined
    shown.value = false
    index.value = 0
  })

  return { shown, split, index, busy, result, activations, thumbnails, stale, compute, show, step, hide }
})
