import { CircleAlert, CircleCheck, CirclePause, CirclePlay, CircleStop, Clock, Loader, Unplug, type LucideIcon } from '@lucide/vue'
import { isUnderWay, type RunSummary } from '../../../main/contract/app/runs.ts'

type State = RunSummary['state'] | 'interrupted'

interface StateLook {
  readonly word: string
  readonly icon: LucideIcon
  readonly tone: 'good' | 'warning' | 'error' | 'quiet'
}

const looks: Readonly<Record<State, StateLook>> = {
  queued: { word: 'Queued', icon: Clock, tone: 'quiet' },
  preparing: { word: 'Preparing', icon: Loader, tone: 'quiet' },
  running: { word: 'Training', icon: CirclePlay, tone: 'good' },
  pausing: { word: 'Pausing', icon: CirclePause, tone: 'warning' },
  paused: { word: 'Paused', icon: CirclePause, tone: 'warning' },
  finished: { word: 'Finished', icon: CircleCheck, tone: 'good' },
  stopped: { word: 'Stopped', icon: CircleStop, tone: 'quiet' },
  failed: { word: 'Failed', icon: CircleAlert, tone: 'error' },
  interrupted: { word: 'Interrupted', icon: Unplug, tone: 'error' },
}

/** How a run is, as a word, a picture and a tone. */
export function stateLook(run: Pick<RunSummary, 'state' | 'interrupted'>): StateLook {
  return looks[run.interrupted ? 'interrupted' : run.state]
}

/** Whether it can go on from a checkpoint: it ended before its last epoch. */
export function canGoOn(run: Pick<RunSummary, 'state' | 'interrupted' | 'epochs' | 'epochsWanted'>): boolean {
  return !isUnderWay(run) && run.epochs < run.epochsWanted
}
