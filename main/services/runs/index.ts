/** Runs on disk (design.md section 5): what the command line and the app need of them. */
export { Checkpoint, type TensorShape } from './checkpoint-read.ts'
export { checkpointFolder, openBest, openCheckpoint, openLatest, placeOf } from './checkpoints.ts'
export { readEvents, type RunEvent } from './events.ts'
export { newRunId } from './identity.ts'
export { readMetrics } from './metrics.ts'
export { openRun, readRun, runOfCheckpoint, type Run } from './open.ts'
export type { RunRecord } from './record.ts'
export { listRuns, summariseRun, type RunSummary } from './summary.ts'
