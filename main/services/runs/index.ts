/** Runs on disk (design.md section 5): what the command line and the app need of them. */
export { Checkpoint, type TensorShape } from './checkpoint-read.ts'
export { checkpointFolder, openBest, openCheckpoint, openLatest, placeOf } from './checkpoints.ts'
export { readEvents, type RunEvent } from './events.ts'
export { newRunId } from './identity.ts'
export { readMetrics } from './metrics.ts'
export { listRuns, openRun, readRun, runOfCheckpoint, summariseRun, type Run, type RunSummary } from './open.ts'
export type { RunRecord } from './record.ts'
