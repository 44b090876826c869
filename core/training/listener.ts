import type { NetworkBits } from './layerWatch.ts'
import type { EpochRecord, Position } from './position.ts'
import type { Change, Changed } from './steering.ts'

export type RunState = 'queued' | 'preparing' | 'running' | 'pausing' | 'paused' | 'finished' | 'stopped' | 'failed'

export interface Progress {
  /** From 1, with the number of epochs. */
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly batch: number
  readonly batches: number
  /** Means over the epoch so far. */
  readonly loss: number
  readonly error: number
  readonly learningRate: number
  /** Of the steps since the last progress: means of loss and error, and epochs made, the one under way by its share. */
  readonly recent: { readonly loss: number; readonly error: number; readonly epochs: number }
  /** Over the last group of steps. */
  readonly imagesPerSecond: number
  readonly secondsLeft: number
  /** Share of the session's training time in which the device had nothing to do because images were not there yet. */
  readonly deviceWaitShare: number
}

/** What the trainer tells whoever started it. Saving is awaited, so the weights stand still meanwhile. */
export interface Listener {
  /** `trouble`: why it paused by itself. */
  state(state: RunState, trouble?: Error): void
  progress(progress: Progress): void
  /** An epoch ended; `best` if it is the best so far. The session holds its weights, `bits` their signs, and `position` the place after it. */
  epoch(record: EpochRecord, position: Position, end: { readonly best: boolean; readonly bits: NetworkBits }): Promise<void>
  /** A place within an epoch that is worth keeping: because enough time went by, something changed, or (`asked`) a person wants to have it. */
  checkpoint(position: Position, asked: boolean): Promise<void>
  /** What was changed holds from here on; a checkpoint has it. */
  changed(position: Position, change: Change, changed: Changed): Promise<void>
}
