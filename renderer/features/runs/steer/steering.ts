import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { isEnded } from '../../../../main/contract/app/queue.ts'
import { isUnderWay, type RunSummary } from '../../../../main/contract/app/runs.ts'
import { useNotices } from '../../../stores/notices.ts'
import { useOpenRun } from '../../../stores/openRun.ts'
import { useQueue } from '../../../stores/queue.ts'
import { useRuns } from '../../../stores/runs.ts'
import { useWorkbench } from '../../../stores/workbench.ts'
import { canGoOn } from '../states.ts'
import { showQueue } from '../train.ts'
import { moveToTrash } from '../trash.ts'

/** What can be done with the run that is opened, else with the one under way: from its page, the palette and by keys. */
export const useSteering = defineStore('steering', () => {
  const runs = useRuns()
  const openRun = useOpenRun()
  const queue = useQueue()
  const notices = useNotices()
  const workbench = useWorkbench()
  const dialog = ref<'change' | 'fork'>()
  /** The checkpoint that a fork begins from; the best where none was chosen. */
  const forkFrom = ref<string>()
  /** Its name is being written. */
  const renaming = ref(false)

  const target = computed<RunSummary | undefined>(() => (openRun.only === undefined ? runs.active : runs.named(openRun.only)))
  const underWay = computed(() => target.value !== undefined && isUnderWay(target.value))
  const paused = computed(() => target.value?.state === 'paused' && underWay.value)
  const running = computed(() => target.value?.state === 'running' && underWay.value)
  /** Its rate or number of epochs can be another: under way, or for a run that ended, more epochs to go on to. */
  const changeable = computed(() => paused.value || running.value || (target.value !== undefined && !underWay.value && runs.active === undefined))
  const queued = computed(() => queue.state.entries.some(entry => entry.run === target.value?.id && !isEnded(entry)))
  const resumable = computed(() => target.value !== undefined && canGoOn(target.value) && !queued.value)

  async function act(work: (run: RunSummary) => Promise<unknown>, said: string): Promise<void> {
    const run = target.value
    if (!run) return
    if ((await notices.attempt(async () => ({ done: await work(run) }))) !== undefined) workbench.announce(said)
  }

  const control = (action: Parameters<typeof runs.control>[1], said: string) => () => act(run => runs.control(run.id, action), said)

  /** Goes on from a pause, or from the last checkpoint of a run that ended early: at once, or behind what is trained. */
  async function goOn(): Promise<void> {
    const { ahead } = queue
    if (!underWay.value && ahead !== '') {
      const { id = '', name = '' } = target.value ?? {}
      if (await notices.attempt(() => queue.resume(id))) notices.add('info', `${name} is queued behind ${ahead}`, { action: { label: 'Show the queue', run: showQueue } })
      return
    }
    return act(run => (paused.value || run.state === 'pausing' ? runs.control(run.id, 'resume') : runs.resume(run.id)), 'Training goes on')
  }

  async function trash(): Promise<void> {
    if (target.value && !underWay.value) await moveToTrash([target.value])
  }

  /** Opens the dialog of a fork, from this checkpoint or the best. */
  function fork(file?: string): void {
    forkFrom.value = file
    dialog.value = 'fork'
  }

  return {
    fork,
    dialog, forkFrom, renaming, target, underWay, paused, running, resumable, changeable, goOn, trash,
    pause: control('pause', 'Training pauses after its next steps'),
    stop: control('stop', 'Training stops after a checkpoint'),
    stopAtEpochEnd: control('stopAtEpochEnd', 'Training stops at the end of this epoch'),
    checkpoint: control('checkpoint', 'A checkpoint is written'),
  }
})
